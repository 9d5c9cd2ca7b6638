/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * protocol.c - what the host asks on a byte stream, and how it is answered:
 *
 *	guest	ready RELEASE ARCH
 *	host	run NAME BYTES, then so many bytes of a scenario
 *	guest	begin NAME
 *		| a line of the transcript, any number of them
 *		end NAME ok|unusable|hung
 *	host	quit
 *
 * In place of `begin` the guest may say `again` and end: what BUGs left behind
 * fills it. What it was asked and did not begin is to be asked of a new one.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "runner.h"

/* ---- in ---- */

#define IN_BYTES 65536
#define OUT_BYTES 16384
#define ALONE_TRIES 500		/* of 10 ms */
#define MAX_STUCK 500		/* about 200 kB each */

/* On the heap, which tasks do not have. */
static struct buffers {
	int fd;
	size_t at, len;
	char buf[IN_BYTES];
	char out[OUT_BYTES];
} *in;

/* Until the port has bytes, or room for some. False: there is nobody at its other end. */
static bool wait_port(int fd, short events)
{
	struct pollfd port = { fd, events, 0 };

	poll(&port, 1, -1);
	return !(port.revents & POLLHUP);
}

/* A virtio port reads as ended until the host's side is known to be there. */
static ssize_t read_port(void)
{
	static bool began;
	ssize_t n = 0;

	for (int tries = 0; !n && tries < (began ? 1 : ALONE_TRIES); tries++) {
		if (tries)
			usleep(10000);
		do {
			n = read(in->fd, in->buf, sizeof(in->buf));
		} while (n < 0 && (errno == EINTR ||
				   (errno == EAGAIN && (wait_port(in->fd, POLLIN), true))));
	}
	began = true;
	return n;
}

static bool fill(void)
{
	ssize_t n;

	if (in->at < in->len)
		return true;
	n = read_port();
	in->at = 0;
	in->len = n > 0 ? (size_t)n : 0;
	return n > 0;
}

static bool read_line(char *line, size_t size)
{
	size_t len = 0;

	while (fill()) {
		char c = in->buf[in->at++];

		if (c == '\n') {
			line[len] = 0;
			return true;
		}
		if (c != '\r' && len + 1 < size)
			line[len++] = c;
	}
	return false;
}

static bool read_bytes(char *to, size_t len)
{
	while (len && fill()) {
		size_t n = in->len - in->at < len ? in->len - in->at : len;

		memcpy(to, in->buf + in->at, n);
		in->at += n;
		to += n;
		len -= n;
	}
	return !len;
}

/* ---- out ---- */

static int out_fd;

/* A host that has gone reads nothing more: without one there is nothing to do. */
static void write_all(const char *text, size_t len)
{
	unsigned int alone = 0;

	while (len && alone < ALONE_TRIES) {
		ssize_t n = write(out_fd, text, len);

		if (n < 0 && errno == EAGAIN && !wait_port(out_fd, POLLOUT)) {
			alone++;
			usleep(10000);
		}
		if (n < 0 && errno != EINTR && errno != EAGAIN)
			return;
		if (n > 0) {
			text += n;
			len -= (size_t)n;
		}
	}
}

/* Whole lines come, for the stream is flushed after one; a long one in pieces. */
static ssize_t put_lines(void *cookie, const char *text, size_t len)
{
	static bool inside;
	char *out = in->out;
	size_t used = 0;

	(void)cookie;
	for (size_t i = 0; i < len; i++) {
		if (used + 3 > OUT_BYTES) {
			write_all(out, used);
			used = 0;
		}
		if (!inside) {
			out[used++] = '|';
			out[used++] = ' ';
		}
		out[used++] = text[i];
		inside = text[i] != '\n';
	}
	write_all(out, used);
	return (ssize_t)len;
}

static void set_raw(int fd)
{
	struct termios raw;

	if (tcgetattr(fd, &raw))
		return;		/* a pipe */
	cfmakeraw(&raw);
	cfsetspeed(&raw, B115200);
	tcsetattr(fd, TCSANOW, &raw);
}

/* ---- what is asked ---- */

static const char *status_name(enum end end)
{
	/* A BUG is a result like others. */
	return end == END_UNUSABLE ? "unusable" : end == END_HUNG ? "hung" : "ok";
}

static bool serve_run(const char *name, size_t bytes, FILE *out)
{
	char *text = malloc(bytes + 1), line[160];
	enum end end;
	int len;

	if (!text || !read_bytes(text, bytes)) {
		free(text);
		return false;
	}
	len = snprintf(line, sizeof(line), "begin %s\n", name);
	write_all(line, (size_t)len);
	end = supervise(text, bytes, name, out);
	len = snprintf(line, sizeof(line), "end %s %s\n", name, status_name(end));
	write_all(line, (size_t)len);
	free(text);
	return true;
}

void protocol_serve(int in_fd, int to)
{
	cookie_io_functions_t io = { .write = put_lines };
	char line[256], name[128];
	size_t bytes;
	FILE *out;
	int len;

	in = calloc(1, sizeof(*in));
	if (!in)
		return;
	in->fd = in_fd;
	out_fd = to;
	set_raw(in_fd);
	out = fopencookie(NULL, "w", io);
	if (!out)
		return;
	len = snprintf(line, sizeof(line), "ready %s %s\n", machine.release, machine.arch);
	write_all(line, (size_t)len);
	while (read_line(line, sizeof(line)) && strcmp(line, "quit") != 0) {
		if (sscanf(line, "run %127s %zu", name, &bytes) != 2 || bytes > SCN_MAX_BYTES)
			continue;
		if (link_nr_stuck >= MAX_STUCK) {
			write_all("again\n", 6);
			break;
		}
		if (!serve_run(name, bytes, out))
			break;
	}
	fclose(out);
}
