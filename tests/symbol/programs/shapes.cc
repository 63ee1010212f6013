// SPDX-License-Identifier: Apache-2.0
#include "shapes.h"

namespace shapes {

namespace {
bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}
} // namespace

long count_words(const std::string &text)
{
	std::map<std::string, int> words;
	std::string word;

	auto flush = [&] {
		if (!word.empty())
			words[word]++;
		word.clear();
	};
	for (char c : text) {
		if (is_blank(c))
			flush();
		else
			word += c;
	}
	flush();
	struct longest {
		size_t n = 0;
		void see(const std::string &s) { n = std::max(n, s.size()); }
	} best;
	for (const auto &w : words)
		best.see(w.first);
	return static_cast<long>(words.size() * 100 + best.n);
}

} // namespace shapes
