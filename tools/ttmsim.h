/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * ttmsim.h - what the parts of the command share.
 *
 * Exit status: 0, done; 1, an expectation failed; 2, it cannot be done as asked.
 */
#ifndef TTMSIM_TOOLS_H
#define TTMSIM_TOOLS_H

#include <argp.h>
#include <stdbool.h>
#include <stdio.h>

#include <ttmsim/sim.h>

enum { STATUS_OK = 0, STATUS_FAILED = 1, STATUS_UNUSABLE = 2 };

/* Each takes the words from its own name on, and returns the exit status. */
int command_bisect(int argc, char **argv);
int command_arch(int argc, char **argv);
int command_matrix(int argc, char **argv);
int command_run(int argc, char **argv);

enum color { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

/* The value of --color, NULL for --color alone; other words end the program. */
enum color color_parse(const char *arg, struct argp_state *state);
/* Each ends the program where nothing has that name. */
const char *release_parse(const char *arg, struct argp_state *state);
const struct sim_arch *arch_parse(const char *arg, struct argp_state *state);
/* Does standard output get colour? */
bool color_wanted(enum color color);

/* A file's bytes, or standard input's for "-"; host memory, to be freed. NULL with errno. */
char *read_scenario(const char *path, size_t *len);
/* A word of a TTM mapping mode, "default" too; others end the program. */
enum sim_ttm_mode mode_parse(const char *arg, struct argp_state *state);

/* A message on standard error. Returns STATUS_UNUSABLE. */
__attribute__((format(printf, 1, 2)))
int unusable(const char *format, ...);

#define OPTION_COLOR 0x100
#define OPTION_FORMAT 0x101
#define OPTION_PORTABLE 0x102
#define OPTION_TOGGLE 0x103

#endif
