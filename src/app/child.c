/* SPDX-License-Identifier: Apache-2.0 */
#include "app/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/terminal.h"
#include "base/diag.h"

#define CHUNK 65536

/* What a sanitizer finds in a program of ours must be seen. */
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#else
#define SANITIZED 0
#endif

extern char **environ;

static int not_started(const char *program, int error, struct assay_diag *diag)
{
	char why[128];

	if (error == ENOENT)
		return diag_set(diag, ASSAY_ERR_IO, "exec: \"%s\": executable file not found in $PATH", program);
	return diag_set(diag, ASSAY_ERR_IO, "exec: \"%s\": %s", program, diag_errno(error, why, sizeof(why)));
}

static int judge(int status, struct assay_diag *diag)
{
	if (WIFSIGNALED(status))
		return diag_set(diag, ASSAY_ERR_IO, "signal %d", WTERMSIG(status));
	if (WEXITSTATUS(status))
		return diag_set(diag, ASSAY_ERR_IO, "exit status %d", WEXITSTATUS(status));
	return 0;
}

static int wait_for(pid_t pid, struct assay_diag *diag)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return diag_set(diag, ASSAY_ERR_IO, "the program could not be waited for");
	return judge(status, diag);
}

/* Signals and their mask as a program expects them, whatever we do with ours. NULL for more: none but what we ignore. */
static void set_signals(posix_spawnattr_t *attr, const sigset_t *more)
{
	sigset_t none, restored;

	sigemptyset(&none);
	sigemptyset(&restored);
	if (more)
		restored = *more;
	sigaddset(&restored, SIGPIPE);
	sigaddset(&restored, SIGXFSZ);
	posix_spawnattr_setsigmask(attr, &none);
	posix_spawnattr_setsigdefault(attr, &restored);
	posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

/*
 * in and out become its standard input and output; -1 stands for /dev/null. It does not ignore the signals restored with
 * us, or SIGPIPE and SIGXFSZ. 0 or an errno.
 */
static int spawn(pid_t *pid, char *const *argv, int in, int out, const sigset_t *restored)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	int error;

	if (posix_spawn_file_actions_init(&actions) != 0)
		return ENOMEM;
	posix_spawnattr_init(&attr);
	set_signals(&attr, restored);
	error = in >= 0 ? posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO)
			: posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	if (!error)
		error = out >= 0 ? posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO)
				 : posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	if (!error)
		error = posix_spawnp(pid, argv[0], &actions, &attr, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attr);
	return error;
}

static void close_end(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* As much of the input as the pipe takes; a program that does not want it all may have its reason. */
static void feed(int *to, struct str *input)
{
	ssize_t n = write(*to, input->p, input->len < CHUNK ? input->len : CHUNK);

	if (n > 0)
		*input = str_skip(*input, (size_t)n);
	if (!input->len || (n < 0 && errno != EAGAIN && errno != EINTR))
		close_end(to);
}

static void drain(int *from, struct buf *out)
{
	char chunk[CHUNK];
	ssize_t n = read(*from, chunk, sizeof(chunk));

	if (n > 0)
		buf_add(out, chunk, (size_t)n);
	else if (n == 0 || (errno != EAGAIN && errno != EINTR))
		close_end(from);
}

/* Writing and reading in turn, so that neither side waits for the other with its pipe full. */
static void exchange(int to, int from, struct str input, struct buf *out)
{
	fcntl(to, F_SETFL, O_NONBLOCK);
	if (!input.len)
		close_end(&to);
	while (from >= 0) {
		struct pollfd fds[] = { { from, POLLIN, 0 }, { to, POLLOUT, 0 } };

		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			break;
		if (to >= 0 && fds[1].revents)
			feed(&to, &input);
		if (fds[0].revents)
			drain(&from, out);
	}
	close_end(&to);
	close_end(&from);
}

int child_filter(char *const *argv, struct str input, struct buf *out, struct assay_diag *diag)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN }, before;
	int in[2], from[2], error, err;
	pid_t pid;

	if (pipe2(in, O_CLOEXEC) < 0)
		return not_started(argv[0], errno, diag);
	if (pipe2(from, O_CLOEXEC) < 0) {
		error = errno;
		close(in[0]);
		close(in[1]);
		return not_started(argv[0], error, diag);
	}
	error = spawn(&pid, argv, in[0], from[1], NULL);
	close(in[0]);
	close(from[1]);
	if (error) {
		close(in[1]);
		close(from[0]);
		return not_started(argv[0], error, diag);
	}
	/* A program that ends early must not take us with it. */
	sigaction(SIGPIPE, &ignore, &before);
	exchange(in[1], from[0], input, out);
	sigaction(SIGPIPE, &before, NULL);
	err = wait_for(pid, diag);
	return err || !out->failed ? err : diag_nomem(diag, "the program's output");
}

/* What a loader and sanitizers listen to; a program that reads files of strangers gets nothing else of ours. */
static void choose_environment(char **env, size_t n)
{
	static const char *const names[] = { "LD_LIBRARY_PATH=", "ASAN_OPTIONS=", "UBSAN_OPTIONS=", "LSAN_OPTIONS=",
		"LLVM_PROFILE_FILE=" };
	size_t used = 0;

	for (char **e = environ; *e && used + 1 < n; e++)
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			if (used + 1 < n && strncmp(*e, names[i], strlen(names[i])) == 0)
				env[used++] = *e;
	env[used] = NULL;
}

int child_start(pid_t *pid, const char *path, int socket, struct assay_diag *diag)
{
	posix_spawn_file_actions_t actions;
	char *argv[] = { (char *)path, NULL }, *env[16], why[128];
	posix_spawnattr_t attr;
	int error;

	if (posix_spawn_file_actions_init(&actions) != 0)
		return diag_nomem(diag, "a program");
	posix_spawnattr_init(&attr);
	set_signals(&attr, NULL);
	/* ^C is for whoever sits at the terminal; a worker ends when its socket does. */
	posix_spawnattr_setpgroup(&attr, 0);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
	choose_environment(env, sizeof(env) / sizeof(env[0]));
	error = posix_spawn_file_actions_adddup2(&actions, socket, STDIN_FILENO);
	if (!error)
		error = posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	if (!error && !SANITIZED)
		error = posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	if (!error)
		error = posix_spawn(pid, path, &actions, &attr, argv, env);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attr);
	return error ? diag_set(diag, ASSAY_ERR_IO, "cannot start %s: %s", path,
			       diag_errno(error, why, sizeof(why))) :
		       0;
}

/* A program that has closed its socket is about to end; one that has not will not end by itself. */
static pid_t wait_a_moment(pid_t pid, int *status)
{
	for (int i = 0; i < 20; i++) {
		pid_t ended = waitpid(pid, status, WNOHANG);

		if (ended != 0)
			return ended;
		usleep(1000);
	}
	return 0;
}

void child_stop(pid_t pid, char *why, size_t size)
{
	int status = 0;

	if (why && wait_a_moment(pid, &status) == pid) {
		if (WIFSIGNALED(status))
			snprintf(why, size, "signal %d", WTERMSIG(status));
		else
			snprintf(why, size, "exit status %d", WEXITSTATUS(status));
		return;
	}
	kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
}

int child_run(char *const *argv, bool *started, struct assay_diag *diag)
{
	pid_t pid;
	int error = spawn(&pid, argv, -1, -1, NULL);

	*started = error == 0;
	return error ? not_started(argv[0], error, diag) : wait_for(pid, diag);
}

/* What the keyboard sends to both of us is for the command alone, as system() has it. */
struct keyboard {
	struct sigaction interrupt, quit, pipe;
	sigset_t restored; /* signals that the command shall not ignore with us */
	struct terminal_state terminal;
};

static void leave_keyboard(struct keyboard *k)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };

	terminal_keep(&k->terminal);
	sigaction(SIGINT, &ignore, &k->interrupt);
	sigaction(SIGQUIT, &ignore, &k->quit);
	/* A command that ends early must not take us with it. */
	sigaction(SIGPIPE, &ignore, &k->pipe);
	/* Who was started with ^C ignored, in the background, passes that on. */
	sigemptyset(&k->restored);
	if (k->interrupt.sa_handler != SIG_IGN)
		sigaddset(&k->restored, SIGINT);
	if (k->quit.sa_handler != SIG_IGN)
		sigaddset(&k->restored, SIGQUIT);
}

static void take_keyboard(const struct keyboard *k, bool crashed)
{
	terminal_restore(&k->terminal, crashed);
	sigaction(SIGINT, &k->interrupt, NULL);
	sigaction(SIGQUIT, &k->quit, NULL);
	sigaction(SIGPIPE, &k->pipe, NULL);
}

/* input is NULL for none. */
static int start_and_feed(pid_t *pid, const char *command, const struct str *input, const struct keyboard *k)
{
	const char *const argv[] = { "/bin/sh", "-c", "--", command, NULL };
	struct str left = input ? *input : STR("");
	/* A script that we are reading is not for it. */
	int in[2] = { -1, -1 }, error;

	if (input && pipe2(in, O_CLOEXEC) < 0)
		return errno;
	error = spawn(pid, (char *const *)argv,
		input                  ? in[0]
		: isatty(STDIN_FILENO) ? STDIN_FILENO
				       : -1,
		STDOUT_FILENO, &k->restored);
	close_end(&in[0]);
	if (error)
		close_end(&in[1]);
	while (in[1] >= 0)
		feed(&in[1], &left);
	return error;
}

/* 0 when it was started, however it ended. */
static int run_shell(const char *command, const struct str *input, int *status, struct assay_diag *diag)
{
	struct keyboard k;
	pid_t pid;
	int error;

	leave_keyboard(&k);
	error = start_and_feed(&pid, command, input, &k);
	*status = 0;
	while (!error && waitpid(pid, status, 0) < 0 && errno == EINTR)
		;
	take_keyboard(&k, !error && WIFSIGNALED(*status));
	return error ? not_started("/bin/sh", error, diag) : 0;
}

int child_shell(const char *command, struct assay_diag *diag)
{
	int status, err = run_shell(command, NULL, &status, diag);

	return err ? err : judge(status, diag);
}

int child_pipe(const char *command, struct str input, struct assay_diag *diag)
{
	int status, err = run_shell(command, &input, &status, diag);

	return err ? err : judge(status, diag);
}

int child_page(const char *command, struct str input, int *status, struct assay_diag *diag)
{
	return run_shell(command, &input, status, diag);
}
