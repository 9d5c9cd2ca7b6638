/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_check_random.c - the checker does not cry wolf. Random programs end with a check
 * on every architecture and release; what it tells must be a state that docs/fidelity.md
 * explains, and each such state is a row of explained[] here, with the heading of
 * "What the checker tells of a kernel" that it stands under.
 *
 * Two kinds of programs in turn: those that the kernels are compared by
 * (tests/oracle/host/fuzz_gen.c), about raw devices, files and anonymous memory; and
 * programs about TTM objects, made here.
 *
 * SIM_PROGRAMS=N runs N of them; SIM_SEED=N chooses others. A failure prints the seed,
 * the number and the program.
 *
 * And the programs that kernels were asked (tests/oracle/golden): some of them, all with
 * SIM_PROGRAMS.
 */
#include <glob.h>

#include "oracle.h"
#include "support/address_space.h"
#include "support/scenario.h"

#define NR_PROGRAMS 560
#define LENGTH 40

/* ---- what fuzz_gen.c wants of its program ---- */

_Noreturn void give_up(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	exit(2);
}

/* What a release has no call for the program meets as a refusal, and goes on. */
bool kernel_lacks(const struct kernel *kernel, const char *verb)
{
	(void)kernel, (void)verb;
	return false;
}

/* ---- programs about objects ---- */

struct gen {
	uint64_t random;
	struct text *out;
	unsigned int nr_bos, nr_maps, nr_children;
};

static unsigned int below(struct gen *g, unsigned int n)
{
	g->random = g->random * 6364136223846793005u + 1442695040888963407u;
	return (unsigned int)(g->random >> 33) % n;
}

#define PICK(g, list) list[below(g, SIM_ARRAY_SIZE(list))]

static const char *const places[] = { "system", "tt", "vram" };
static const char *const prots[] = { "none", "r", "r", "rw", "rw", "rw", "x", "w", "rwx" };

static void add_bo(struct gen *g)
{
	static const char *const caching[] = { "wb", "wc", "uc" };

	text_printf(g->out, "bo b%u pages=%u in=%s caching=%s\n", g->nr_bos, 1 + below(g, 40),
		    PICK(g, places), PICK(g, caching));
	g->nr_bos++;
}

static void add_map(struct gen *g)
{
	if (below(g, 5))
		text_printf(g->out, "mmap m%u %s b%u%s prot=%s\n", g->nr_maps,
			    below(g, 4) ? "f" : "r", below(g, g->nr_bos),
			    below(g, 4) ? "" : " share=private", PICK(g, prots));
	else
		text_printf(g->out, "mmap m%u anon pages=%u share=private\n", g->nr_maps,
			    1 + below(g, 20));
	g->nr_maps++;
}

static const char *any_task(struct gen *g)
{
	static const char *const in[] = { "", "in c0 ", "in c1 ", "in c2 " };

	return in[below(g, 1 + g->nr_children)];
}

static void add_op(struct gen *g)
{
	static const char *const got[] = { "gup", "pin", "gup_fast", "pin_fast" };
	static const char *const advice[] = { "dontneed", "dontfork", "dofork",
					      "populate_write" };
	unsigned int m = below(g, g->nr_maps), page = below(g, 24);
	const char *in = any_task(g);

	switch (below(g, 14)) {
	case 0: case 1: case 2:
		text_printf(g->out, "%swrite m%u+%u value=7 n=%u\n", in, m, page, 1 + below(g, 9));
		break;
	case 3: case 4:
		text_printf(g->out, "%sread m%u+%u n=%u\n", in, m, page, 1 + below(g, 9));
		break;
	case 5:
		text_printf(g->out, "%smprotect m%u+%u pages=%u prot=%s\n", in, m, page / 2,
			    1 + below(g, 9), PICK(g, prots));
		break;
	case 6: case 7:
		text_printf(g->out, "move b%u to=%s\n", below(g, g->nr_bos), PICK(g, places));
		break;
	case 8:
		text_printf(g->out, "%s%s m%u+%u%s\n", in, PICK(g, got), m, page,
			    below(g, 2) ? " write" : "");
		break;
	case 9:
		text_printf(g->out, "%smunmap m%u+%u pages=%u\n", in, m, page, 1 + below(g, 9));
		break;
	case 10:
		text_printf(g->out, "%smadvise m%u+%u pages=%u %s\n", in, m, page / 2,
			    1 + below(g, 9), PICK(g, advice));
		break;
	case 11:
		if (g->nr_children < 3)
			text_printf(g->out, "fork c%u\n", g->nr_children++);
		break;
	case 12:
		text_printf(g->out, "%smremap m%u pages=%u\n", in, m, 1 + below(g, 40));
		break;
	default:
		text_printf(g->out, "zap b%u\n", below(g, g->nr_bos));
	}
}

static void object_program(uint64_t seed, unsigned int index, const char *mode, struct text *out)
{
	struct gen g = { .random = seed * 0x2545f4914f6cdd1du + index, .out = out };

	if (mode)
		text_printf(out, "machine ttm=%s\n", mode);
	text_printf(out, "open f rw\nopen r ro\n");
	for (unsigned int i = 1 + below(&g, 3); i; i--)
		add_bo(&g);
	for (unsigned int i = 1 + below(&g, 4); i; i--)
		add_map(&g);
	for (unsigned int i = 2 + below(&g, LENGTH); i; i--)
		add_op(&g);
}

/* ---- what may be told ---- */

/* A page that was taken for a counted one, or the reverse, and what comes of it. */
#define MISCOUNTED " V.5 P.1 P.2 E.7 E.8 E.9 "

/* Findings of these rules on such a machine, where the program has all of these words.
 * Lists have a space around each item; NULL: any. */
static const struct explained {
	const char *row;	/* in docs/fidelity.md */
	const char *rules, *archs, *releases;
	const char *words[3];	/* anywhere */
	const char *dev[2];	/* in the line of the device in whose vma the entry lies */
	bool follows;		/* of a page that is told to be MISCOUNTED */
} explained[] = {
	/* what kernels do */
	{ "mprotect and the special bit", MISCOUNTED " E.11 ", " mips64 ",
	  " 5.11 5.14 6.1 6.1.176 ", { "mprotect" } },
	{ "mprotect and the special bit", " M.2 ", " mips64 ", " 5.11 5.14 6.1 6.1.176 ",
	  { "mprotect", "caching=" }, .follows = true },
	{ "no special bit", MISCOUNTED " E.11 ", " arm um ", NULL, { "insert=apply" } },
	{ "no special bit", MISCOUNTED " E.11 ", " arm um ", NULL, { " by=apply\n" } },
	{ "no special bit", MISCOUNTED, " arm um ", NULL, { "insert=remap" } },
	{ "no special bit", MISCOUNTED, " arm um ", NULL, { " by=remap\n" } },
	{ "no special bit", MISCOUNTED, " arm um ", NULL, { "\nbo ", "ttm=mixed" } },
	{ "no special bit", MISCOUNTED, " arm um ", " 5.11 ", { "\nbo " } },
	{ "no special bit", " V.5 P.1 ", " arm um ", NULL, { "insert=fault_page", "vma=PFNMAP" } },
	{ "no special bit", " M.2 ", " arm ", NULL, { "caching=" }, .follows = true },
	{ "mprotect and memory types", " O.4 M.2 ", " arm64 ", NULL, { "\nbo ", "mprotect" } },
	{ "remap in a fault", " V.2 ", NULL, NULL, { "insert=remap", "share=private" } },
	{ "a part of a remap", " M.1 M.4 ", " x86_64 ", NULL, { "insert=remap" } },
	{ "a fork that fails", " M.3 ", " x86_64 ", " 5.11 5.14 ", { "insert=remap", "fork c" } },
	{ "locked, moved and kept", " V.3 ", NULL, " 5.11 5.14 ", { "lock", "dontunmap" } },
	{ "copies of pinned pages", " P.3 ", NULL, " 5.11 5.14 ", { "pin" } },
	/* what these programs' drivers do wrong */
	{ "apply over an entry", " V.5 P.1 ", NULL, NULL, { "insert=apply" } },
	{ "apply over an entry", " V.5 P.1 ", NULL, NULL, { " by=apply\n" } },
	{ "apply in any mapping", " E.10 ", NULL, NULL, { "insert=apply" } },
	{ "apply in any mapping", " E.10 ", NULL, NULL, { " by=apply\n" } },
	{ "PFN_SPECIAL in any mapping", " E.10 ", NULL, NULL, { NULL },
	  { "insert=mixed_special" } },
	{ "PFN_SPECIAL in any mapping", " E.10 ", NULL, NULL, { " by=mixed_special\n" } },
	{ "more rights than the mapping", " E.1 E.2 E.3 ", NULL, NULL, { NULL },
	  { "insert_prot=" } },
	/* what remap has is one block, and only its first page has a reference */
	{ "a page of a block for a fault", " E.7 E.8 E.9 P.2 ", NULL, NULL,
	  { "insert=remap", "insert=fault_page", " over=d" } },
	{ "mkwrite without a write", " E.4 ", NULL, NULL, { NULL },
	  { "insert=mixed_mkwrite", "time=mmap" } },
	{ "mkwrite without a write", " E.4 ", NULL, NULL, { "insert m" },
	  { "insert=mixed_mkwrite" } },
	{ "mkwrite without a write", " E.4 ", NULL, NULL, { " by=mixed_mkwrite\n" } },
	{ "mkwrite in a private mapping", " E.5 ", NULL, NULL, { "share=private" },
	  { "insert=mixed_mkwrite" } },
	{ "mkwrite in a private mapping", " E.5 ", NULL, NULL,
	  { "share=private", " by=mixed_mkwrite\n" } },
	{ "VM_WRITE without VM_MAYWRITE", " E.4 ", NULL, NULL, { "mprotect" }, { "NOMAYWRITE" } },
	/* to vm_normal_page() it is no mapping that copies */
	{ "VM_WRITE without VM_MAYWRITE", " V.5 P.1 E.8 ", " arm um ", NULL,
	  { "share=private", "NOMAYWRITE" } },
	{ "apply and memory types", " M.1 ", " x86_64 ", NULL, { "insert=apply" } },
	{ "apply and memory types", " M.1 ", " x86_64 ", NULL, { " by=apply\n" } },
	{ "apply and memory types", " M.1 ", " x86_64 ", NULL, { "ttm=apply" } },
	/* vm_page_prot is taken as it is there */
	{ "pages of another type", " M.1 ", " x86_64 ", NULL, { NULL },
	  { "insert=page", "prot_caching=" } },
	{ "pages of another type", " M.1 ", " x86_64 ", NULL, { NULL },
	  { "insert=page", "pages_caching=" } },
	{ "pages of another type", " M.1 ", " x86_64 ", NULL, { NULL },
	  { "insert=fault_page", "prot_caching=" } },
	{ "pages of another type", " M.1 ", " x86_64 ", NULL, { NULL },
	  { "insert=fault_page", "pages_caching=" } },
	{ "pages of another type", " M.1 ", " x86_64 ", NULL, { " by=page" }, { "_caching=" } },
	{ "reserved while it is mapped", " M.1 ", " x86_64 ", NULL, { "reserve d" },
	  { "backing=iomem" } },
	{ "reserved while it is mapped", " M.1 ", " x86_64 ", NULL,
	  { "reserve d", "backing=iomem" }, { " over=d" } },
	{ "devices of two types", " M.1 ", " x86_64 ", NULL, { "caching=" },
	  { " over=d", "insert=page" } },
	{ "devices of two types", " M.1 ", " x86_64 ", NULL, { "caching=" },
	  { " over=d", "insert=fault_page" } },
	{ "a device of two types", " M.2 ", " arm64 ", NULL, { "mprotect" },
	  { "insert_caching=" } },
	{ "a device of two types", " M.2 ", " arm64 ", NULL, { "mprotect" },
	  { "prot_caching=", "insert_prot=" } },
	{ "a device of two types", " M.2 ", NULL, NULL, { " by=" }, { "insert_caching=" } },
	{ "a device of two types", " M.2 ", NULL, NULL, { NULL },
	  { "insert_caching=", "insert=mixed_mkwrite" } },
	{ "a device of two types", " M.2 ", NULL, NULL, { "insert=mixed_mkwrite" },
	  { "prot_caching=", "insert_prot=" } },
	{ "devices of two types", " M.2 ", NULL, NULL, { " over=d", "caching=" } },
};

struct run {
	const char *arch, *release, *program;
	unsigned int nr_explained, nr_wolves;
	bool miscounted;	/* that is told, too */
};

static bool is_listed(const char *list, const char *item, size_t len)
{
	char with_spaces[24];

	snprintf(with_spaces, sizeof(with_spaces), " %.*s ", (int)len, item);
	return !list || strstr(list, with_spaces);
}

static bool has_words(const struct run *run, const struct explained *e)
{
	for (size_t i = 0; i < SIM_ARRAY_SIZE(e->words); i++)
		if (e->words[i] && !strstr(run->program, e->words[i]))
			return false;
	return true;
}

/* Of an entry it is told: "in vma 0x1000-0x2000 rw-s d0 of main". */
static bool dev_has_words(const struct run *run, const char *finding, const struct explained *e)
{
	char line[256], dev[16];
	const char *at = strstr(finding, " in vma ");

	if (!e->dev[0])
		return true;
	if (!at || sscanf(at, " in vma %*s %*s %15s", dev) != 1)
		return false;
	snprintf(line, sizeof(line), "dev %s ", dev);
	at = strstr(run->program, line);
	if (!at)
		return false;
	snprintf(line, sizeof(line), "%.*s", (int)strcspn(at, "\n"), at);
	for (size_t i = 0; i < SIM_ARRAY_SIZE(e->dev); i++)
		if (e->dev[i] && !strstr(line, e->dev[i]))
			return false;
	return true;
}

static bool is_explained(const struct run *run, const char *finding)
{
	for (size_t i = 0; i < SIM_ARRAY_SIZE(explained); i++) {
		const struct explained *e = &explained[i];

		if (is_listed(e->rules, finding, strcspn(finding, " ")) &&
		    is_listed(e->archs, run->arch, strlen(run->arch)) &&
		    is_listed(e->releases, run->release, strlen(run->release)) &&
		    (!e->follows || run->miscounted) && has_words(run, e) &&
		    dev_has_words(run, finding, e))
			return true;
	}
	return false;
}

/* The next finding behind @line, or NULL. */
static const char *next_finding(const char *line)
{
	while (line && (line = strstr(line, "\n#| "))) {
		line += 4;
		if (line[1] == '.')
			return line;	/* of the check, not of the end */
	}
	return NULL;
}

/* The check is the last operation: its lines are the last. */
static void look_at(struct run *run, const char *transcript)
{
	const char *line = transcript, *check = NULL;

	while ((line = strstr(line, "\ncheck ")))
		check = ++line;
	for (line = check; (line = next_finding(line));)
		run->miscounted |= is_listed(MISCOUNTED, line, strcspn(line, " "));
	for (line = check; (line = next_finding(line));) {
		if (is_explained(run, line)) {
			run->nr_explained++;
			continue;
		}
		run->nr_wolves++;
		fprintf(stderr, "%s %s: %.*s\n", run->arch, run->release,
			    (int)strcspn(line, "\n"), line);
	}
}

static void run_one(struct run *run)
{
	char *printed = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&printed, &len);
	struct sim_scenario_options options = {
		.out = out, .machine = { .arch = run->arch, .release = run->release,
					 .ram_bytes = 16 << 20, .vram_bytes = 1 << 20 },
	};
	int ret = sim_scenario_run(run->program, strlen(run->program), &options, NULL);

	fclose(out);
	if (ret)
		fail_msg("%d: no program:\n%s", ret, run->program);
	look_at(run, printed);
	free(printed);
}

/* @turn: which of all machines' programs it is; so each machine gets both kinds. */
static void make_program(struct text *out, uint64_t seed, unsigned int index, unsigned int turn)
{
	static const char *const modes[] = { NULL, NULL, "pfn", "pfns", "apply", "mixed", "huge" };
	const struct fuzz_key key = { .seed = seed, .index = index, .length = LENGTH };

	if (turn % 2)
		object_program(seed, index, modes[turn / 2 % SIM_ARRAY_SIZE(modes)], out);
	else
		fuzz_program(&key, out);
	text_printf(out, "check\n");
}

static void test_check_says_nothing_else(void **state)
{
	const char *text = getenv("SIM_PROGRAMS");
	unsigned int nr = text ? (unsigned int)strtoul(text, NULL, 0) : NR_PROGRAMS, at = 0;
	unsigned int nr_wolves = 0, nr_explained = 0, turn = 0;
	uint64_t seed = as_seed(1);

	(void)state;
	for (; at < nr; turn++) {
		for (unsigned int a = 0; sim_arch_nth(a); a++) {
			for (unsigned int r = 0; sim_release_nth(r) && at < nr; r++, at++) {
				struct text program = { NULL, 0, 0 };
				struct run run = { .arch = sim_arch_nth(a)->name,
						   .release = sim_release_nth(r) };

				make_program(&program, seed, at, turn);
				run.program = text_of(&program);
				run_one(&run);
				if (run.nr_wolves && ++nr_wolves <= 3)
					fprintf(stderr, "SIM_SEED=%llu, program %u:\n%s\n",
						    (unsigned long long)seed, at, run.program);
				nr_explained += run.nr_explained;
				text_free(&program);
			}
		}
	}
	print_message("%u programs: %u findings explained, %u programs with others\n", nr,
		      nr_explained, nr_wolves);
	assert_int_equal(nr_wolves, 0);
}

/* ---- what kernels were asked ---- */

#define GOLDEN TTMSIM_SOURCE_DIR "/tests/oracle/golden"
#define GOLDEN_STEP 16

/* The word behind @key in the file that says which kernel it was. */
static void read_word(const char *text, const char *key, char *word, size_t len)
{
	const char *at = strstr(text, key);

	assert_non_null(at);
	at += strlen(key);
	snprintf(word, len, "%.*s", (int)strcspn(at, " \n"), at);
}

static void run_folder(const char *folder, unsigned int step, unsigned int *nr_wolves,
		       unsigned int *nr_programs)
{
	struct text path = { NULL, 0, 0 }, kernel = { NULL, 0, 0 };
	struct scenarios all = { NULL, 0, 0 };
	char arch[32], release[32];

	text_printf(&path, "%s/kernel", folder);
	text_read_file(&kernel, text_of(&path));
	read_word(text_of(&kernel), "arch=", arch, sizeof(arch));
	read_word(text_of(&kernel), "release=", release, sizeof(release));
	assert_true(scenarios_add_folder(&all, folder));
	for (unsigned int i = 0; i < all.nr; i++) {
		struct text program = { NULL, 0, 0 };
		struct run run = { .arch = arch, .release = release };

		if (i % step == 0) {
			text_program(&program, text_of(&all.v[i].text));
			text_printf(&program, "check\n");
			run.program = text_of(&program);
			run_one(&run);
			*nr_programs += 1;
			*nr_wolves += run.nr_wolves != 0;
			if (run.nr_wolves)
				fprintf(stderr, "%s, %s\n%s\n", folder, all.v[i].name,
					run.program);
		}
		text_free(&program);
		text_free(&all.v[i].text);
		free(all.v[i].name);
		free(all.v[i].section);
	}
	free(all.v);
	text_free(&path);
	text_free(&kernel);
}

static void test_what_kernels_were_asked(void **state)
{
	unsigned int nr_wolves = 0, nr_programs = 0;
	glob_t folders;

	(void)state;
	assert_int_equal(glob(GOLDEN "/*", GLOB_ONLYDIR, NULL, &folders), 0);
	for (size_t i = 0; i < folders.gl_pathc; i++)
		run_folder(folders.gl_pathv[i], getenv("SIM_PROGRAMS") ? 1 : GOLDEN_STEP,
			   &nr_wolves, &nr_programs);
	globfree(&folders);
	print_message("%u programs of kernels: %u with findings that nothing explains\n",
		      nr_programs, nr_wolves);
	assert_int_equal(nr_wolves, 0);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_check_says_nothing_else),
	cmocka_unit_test(test_what_kernels_were_asked),
};

SIM_TEST_MAIN(tests)
