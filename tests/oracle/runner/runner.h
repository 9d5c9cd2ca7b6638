/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * runner.h - scenarios on the kernel that runs this program.
 *
 *	protocol.c	what the host asks, on a serial line
 *	supervise.c	one scenario: the supervisor, which nothing may stop
 *	op_*.c		the operations: what the supervisor does and has tasks do
 *	link.c		the supervisor's end of a task: start, ask, end
 *	task.c		the task's end: a process that does what it is asked
 *	session.c	the kernel module
 *	procfs.c	views of a task: maps, smaps, pagemap
 *	kmsg.c		what the kernel said meanwhile
 *
 * Each task of a scenario is a process of its own. Whatever may meet a BUG or
 * hang is done in a task, so that the supervisor lives on. Tasks have no mapping
 * where mmap puts things but those that the scenario made, and no descriptor of
 * a file of the scenario: an operation that needs one gets it for its time.
 */
#ifndef ORACLE_RUNNER_H
#define ORACLE_RUNNER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "scenario/args.h"
#include "scenario/show.h"
#include "ttmsim_oracle.h"

/* ---- what a task is asked ---- */

enum ask_kind {
	ASK_CALL,	/* system call @call with arg[]; the descriptor, if any, at fd_arg */
	ASK_READ,	/* one byte at arg[0], and of each of arg[1] pages */
	ASK_WRITE,	/* as READ; the byte: @byte */
	ASK_IOCTL,	/* of the module: @call, on u */
	ASK_FORK,	/* a child, which listens on the descriptor that comes along */
	ASK_EXIT,
	ASK_MINCORE,	/* arg[0], arg[1] bytes: u.resident */
	ASK_VM_READ,	/* arg[0], arg[1] bytes, from outside */
	ASK_VM_WRITE,
	ASK_PTRACE_READ, /* arg[0], one byte, as a debugger */
	ASK_PTRACE_WRITE,
	ASK_SPLICE,	/* arg[0], arg[1] bytes */
	ASK_DIRECT_READ, /* arg[0], arg[1] bytes, from the block device */
	ASK_DIRECT_WRITE,
};

struct ask {
	enum ask_kind kind;
	int fd_arg;		/* index of arg[] that the descriptor becomes; -1 none */
	long call;
	unsigned long arg[6];
	long ret;		/* out: result or -errno; of READ and WRITE a signal, too */
	int code;		/* out: that signal's si_code */
	uint8_t byte;
	union {
		struct oracle_pte pte;
		struct oracle_gup gup;
		struct oracle_put put;
		struct oracle_zap zap;
		struct oracle_insert_at insert;
		struct oracle_reserve reserve;
		struct oracle_zap_ptes zap_ptes;
		struct oracle_vma vma;
		unsigned char resident[SCN_MAX_MINCORE];
	} u;
};

/* task.c: does what comes in on @sock, until it is closed. */
_Noreturn void task_main(int sock, int session);
/* In a new process, as raw clone() has it: 0 in the child, its pid, or -errno. */
long task_clone(unsigned long flags);

/* ---- the supervisor's side ---- */

struct task {
	pid_t pid;		/* 0: there is none */
	int sock;
	bool lost;		/* died or got stuck over what it was asked */
};

struct object {
	struct task task;
	int fd;			/* of an open or regular file; -1 */
	int dev;		/* id of a device; -1 */
	uint64_t *pfn;		/* of a device's pages; NULL: not asked yet */
	unsigned long ino;	/* of a device or regular file; 0: not asked yet */
	dev_t on;		/* the file system that it is an inode of */
};

enum end {
	END_OK,			/* so far */
	END_BUG,		/* the kernel met one, or an oops: the scenario is over */
	END_HUNG,		/* no answer, and no reason for it */
	END_UNUSABLE,		/* this kernel cannot run it */
};

struct scn_run {
	struct scn_transcript to;
	struct object object[SCN_MAX_NAMES];
	struct scn_memory memory;
	struct scn_holds holds;	/* by the module's handle */
	int session;		/* of the module; -1: none */
	uint32_t bad_pages;	/* as last counted by the module */
	bool bad_page;		/* the operation had a report; those counted were taken off */
	int zero_refs;		/* of the zero page, before the scenario */
	enum end end;
	char why[160];		/* it is unusable or hung */
};

/* What is the same for all scenarios. */
struct machine {
	const char *arch;	/* as lib/sim calls it */
	char release[65];	/* uname -r */
	unsigned int page_shift;
	bool has_module;
	struct oracle_info info;
	unsigned long base;	/* of the mmap area: where the first mapping ends, or starts */
	bool bottom_up;
	const char *disk;	/* a block device, or NULL */
};
extern struct machine machine;

/* machine.c: finds out; takes out of the mmap area what lies in it. */
void machine_probe(void);
/* Was it there before any scenario: text, heap, stack? */
bool machine_owns(unsigned long addr);

/* supervise.c: one scenario; its transcript goes to @out. */
enum end supervise(const char *text, size_t len, const char *name, FILE *out);

/* portable.c: why this kernel cannot run it; NULL where it can. */
const char *scn_unportable(const struct scn *scn);

/* link.c */
/* The first task. 0 or -errno. */
int link_spawn(struct scn_run *run, struct task *task);
/*
 * Has a task do something; @fd goes along (-1: none). False where the scenario
 * ends here: the reason is in run->end.
 */
bool link_ask(struct scn_run *run, struct task *task, struct ask *ask, int fd);
/* The same in the operation's task. */
bool ask(struct scn_run *run, const struct scn_op *op, struct ask *ask, int fd);
/* Answered as a system call of up to six arguments. */
bool ask_call(struct scn_run *run, const struct scn_op *op, struct scn_result *res, long call,
	      const unsigned long arg[6]);
/* A child of @parent. 0 or -errno: of what fork() does, too. */
int link_fork(struct scn_run *run, struct task *parent, struct task *child);
/* Has it end, and waits for that. False where the scenario ends here. */
bool link_exit(struct scn_run *run, struct task *task);
/* Ends all that are left; gives up on those that do not end. */
void link_end_all(struct scn_run *run);
/* Tasks so far that died of a BUG or hang: the kernel has them for ever. */
extern unsigned int link_nr_stuck;
/* Has the scenario end as unusable. */
__attribute__((format(printf, 2, 3)))
void unusable(struct scn_run *run, const char *format, ...);

/* Of a device or file. */
static inline unsigned long object_pages(const struct scn_run *run, const struct object *o)
{
	return run->memory.pages[o - run->object];
}

/* session.c */
bool session_info(struct oracle_info *info);
/* Where there is a module. */
void session_open(struct scn_run *run);
/* False: there is none, and the scenario is unusable. */
bool session_needed(struct scn_run *run);
void session_close(struct scn_run *run);
/* "bad page" reports since the last time. */
uint32_t session_bad_pages(struct scn_run *run);
/* A new descriptor of a device or a regular file: or -errno. */
int object_open(struct scn_run *run, struct object *o, int flags);
bool page_look(struct scn_run *run, uint64_t pfn, struct oracle_page *page);
bool dev_pfn(struct scn_run *run, struct object *o, unsigned long page, uint64_t *pfn);
/* d0+1, f0+2, zero, anon, other. */
void name_pfn(struct scn_run *run, uint64_t pfn, char text[SCN_PFN_TEXT]);
/* The index of the device or regular file of this inode; -1 where it is none. */
int find_ino(struct scn_run *run, dev_t on, unsigned long ino);

/* op_map.c: as the module calls it. */
uint32_t insertion_of(enum sim_dev_insert insert);

/* procfs.c: text of a task's file, to be freed; NULL where it cannot be read. */
char *procfs_text(pid_t pid, const char *file);
int procfs_open(pid_t pid, const char *file);
/* Reads so many bytes, and no byte more. */
void procfs_skip(int fd, size_t len);
int procfs_pagemap(pid_t pid, unsigned long addr, uint64_t *entry);
struct procfs_map {
	unsigned long start, end, offset, ino;
	dev_t on;
	char perms[5];
	char name[64];
};
/* One line of maps or smaps: false where it is not the head of a mapping. */
bool procfs_parse(const char *line, struct procfs_map *map);

/* kmsg.c */
struct kmsg_seen {
	unsigned int warn, bad_page;
	bool oops;		/* the task died in the kernel: of anything */
	bool bug;		/* of a BUG() of the kernel */
	bool over;		/* and its end was seen */
};
void kmsg_open(void);
/* Adds what was said since the last time: was there anything? */
bool kmsg_read(struct kmsg_seen *seen);
/* Since kmsg_forget(). */
extern struct kmsg_seen kmsg;
void kmsg_forget(void);

/* protocol.c: serves the host on these descriptors until it quits. */
void protocol_serve(int in, int out);

/* boot.c */
void boot(void);
_Noreturn void boot_off(void);
bool write_file(const char *path, const char *text);

/* Milliseconds, by system call: the vdso is gone. */
uint64_t now_ms(void);

#endif
