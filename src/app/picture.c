/* SPDX-License-Identifier: Apache-2.0 */
#include "app/picture.h"

#include <stdio.h>
#include <string.h>

#include "app/child.h"
#include "base/diag.h"

int picture_draw(const char *format, struct str graph, struct buf *out, struct assay_diag *diag)
{
	char flag[16];
	char *argv[] = { (char *)"dot", flag, NULL };
	struct assay_diag why;
	int err;

	snprintf(flag, sizeof(flag), "-T%s", format);
	err = child_filter(argv, graph, out, &why);
	if (!err || err == ASSAY_ERR_NOMEM)
		return err ? diag_nomem(diag, "the picture") : 0;
	return diag_set(diag, err, "failed to execute dot. Is Graphviz installed? Error: %s", why.text);
}

/*
 * Runs inside the picture: the group "viewport" follows the mouse while a button is held, and grows or shrinks around
 * the pointer with the wheel.
 */
static const char pan_script[] =
	"<script type=\"text/ecmascript\"><![CDATA[\n"
	"(function () {\n"
	"  var svg = document.documentElement, view = document.getElementById('viewport'), held = null;\n"
	"  function matrix() { return view.transform.baseVal.consolidate().matrix; }\n"
	"  function set(m) { view.transform.baseVal.initialize(svg.createSVGTransformFromMatrix(m)); }\n"
	"  function at(e) { var p = svg.createSVGPoint(); p.x = e.clientX; p.y = e.clientY; return p; }\n"
	"  svg.addEventListener('mousedown', function (e) { held = at(e); e.preventDefault(); });\n"
	"  svg.addEventListener('mouseup', function () { held = null; });\n"
	"  svg.addEventListener('mousemove', function (e) {\n"
	"    var p = at(e);\n"
	"    if (!held) return;\n"
	"    set(svg.createSVGMatrix().translate(p.x - held.x, p.y - held.y).multiply(matrix()));\n"
	"    held = p;\n"
	"  });\n"
	"  svg.addEventListener('wheel', function (e) {\n"
	"    var z = Math.pow(1.2, e.deltaY < 0 ? 1 : -1), p = at(e);\n"
	"    set(svg.createSVGMatrix().translate(p.x, p.y).scale(z).translate(-p.x, -p.y).multiply(matrix()));\n"
	"    e.preventDefault();\n"
	"  }, { passive: false });\n"
	"})();\n"
	"]]></script>\n"
	"<g id=\"viewport\" transform=\"scale(0.5,0.5) translate(0,0)\">\n";

static const char *find(struct str in, const char *what)
{
	return in.p && in.len ? memmem(in.p, in.len, what, strlen(what)) : NULL;
}

/* Some versions of dot write an ampersand that is no entity in front of a semicolon. */
static void add_mended(struct buf *out, struct str s)
{
	const char *at;

	while ((at = find(s, "&;"))) {
		buf_add(out, s.p, (size_t)(at - s.p));
		buf_add_str(out, STR("&amp;;"));
		s = str_skip(s, (size_t)(at - s.p) + 2);
	}
	buf_add_str(out, s);
}

static struct str until(struct str s, const char *end)
{
	return (struct str){ s.p, (size_t)(end - s.p) };
}

/* The attribute at the start of s behind blanks, such as width="100pt"; NULL when something else stands there. */
static const char *behind_attribute(struct str s, const char *name)
{
	size_t i = 0, n = strlen(name);
	const char *quote;

	while (i < s.len && strchr(" \t\r\n", s.p[i]))
		i++;
	if (!i || s.len - i < n + 2 || memcmp(s.p + i, name, n) != 0 || s.p[i + n] != '=' || s.p[i + n + 1] != '"')
		return NULL;
	i += n + 2;
	quote = memchr(s.p + i, '"', s.len - i);
	return quote ? quote + 1 : NULL;
}

/* The size that dot gives the picture goes, so that it takes that of its window. */
static void add_head(struct buf *out, struct str *s)
{
	const char *svg = find(*s, "<svg"), *at = svg ? svg + 4 : NULL;
	static const char *const attributes[] = { "width", "height", "viewBox" };

	for (size_t i = 0; at && i < 3; i++)
		at = behind_attribute((struct str){ at, s->len - (size_t)(at - s->p) }, attributes[i]);
	if (!at)
		return;
	add_mended(out, until(*s, svg));
	buf_add_str(out, STR("<svg width=\"100%\" height=\"100%\""));
	*s = str_skip(*s, (size_t)(at - s->p));
}

/* The script goes before the graph, and the group that it moves around all of it. */
static void add_body(struct buf *out, struct str s)
{
	const char *graph = find(s, "<g id=\"graph"), *end;

	if (graph && graph + 12 < s.p + s.len && graph[12] >= '0' && graph[12] <= '9') {
		add_mended(out, until(s, graph));
		buf_add_str(out, str_of(pan_script));
		s = str_skip(s, (size_t)(graph - s.p));
	}
	end = find(s, "</svg>");
	if (end) {
		add_mended(out, until(s, end));
		buf_add_str(out, STR("</g>"));
		s = str_skip(s, (size_t)(end - s.p));
	}
	add_mended(out, s);
}

int picture_draw_svg(struct str graph, struct buf *out, struct assay_diag *diag)
{
	struct buf drawn = BUF_INIT;
	int err = picture_draw("svg", graph, &drawn, diag);

	if (!err) {
		struct str s = buf_str(&drawn);

		add_head(out, &s);
		add_body(out, s);
		if (out->failed)
			err = diag_nomem(diag, "the picture");
	}
	buf_release(&drawn);
	return err;
}
