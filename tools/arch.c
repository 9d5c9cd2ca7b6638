/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * arch.c - ttmsim arch: ttmsim-arch(1).
 */
#include <string.h>

#include <ttmsim/sim.h>

#include "arch.h"
#include "common/program.h"
#include "ttmsim.h"

struct args {
	const struct sim_arch *arch;
	const char *release;
	const char *decode, *encode, *level;
	enum color color;
};

enum { OPTION_DECODE = 0x200, OPTION_ENCODE, OPTION_LEVEL };

static const struct argp_option options[] = {
	{ "release", 'r', "RELEASE", 0, "Bits as of this kernel release; the newest otherwise", 0 },
	{ "decode", OPTION_DECODE, "ENTRY", 0,
	  "Say what an entry of NAME says, field by field", 0 },
	{ "encode", OPTION_ENCODE, "WORDS", 0,
	  "The entry of NAME that these words ask for: pfn=0x100,write,special", 0 },
	{ "level", OPTION_LEVEL, "LEVEL", 0, "Which entry it is: pte, pmd, pud...", 0 },
	{ "color", OPTION_COLOR, "WHEN", OPTION_ARG_OPTIONAL, "auto, always or never", 0 },
	{ NULL, 0, NULL, 0, NULL, 0 },
};

static void check_entry_options(const struct args *args, struct argp_state *state)
{
	if (args->decode && args->encode)
		argp_error(state, "--decode or --encode, not both");
	if ((args->decode || args->encode) && !args->arch)
		argp_error(state, "an entry of which architecture?");
	if (args->level && !args->decode && !args->encode)
		argp_error(state, "--level is for --decode and --encode");
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct args *args = state->input;

	switch (key) {
	case 'r':
		args->release = release_parse(arg, state);
		return 0;
	case OPTION_DECODE:
		args->decode = arg;
		return 0;
	case OPTION_ENCODE:
		args->encode = arg;
		return 0;
	case OPTION_LEVEL:
		args->level = arg;
		return 0;
	case OPTION_COLOR:
		args->color = color_parse(arg, state);
		return 0;
	case ARGP_KEY_ARG:
		if (args->arch)
			argp_error(state, "one architecture at a time");
		args->arch = arch_parse(arg, state);
		return 0;
	case ARGP_KEY_END:
		check_entry_options(args, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const char *newest_release(void)
{
	unsigned int n = 0;

	while (sim_release_nth(n + 1))
		n++;
	return sim_release_nth(n);
}

/* ---- the list ---- */

static int va_bits(const struct sim_arch *arch)
{
	const struct sim_level *top = &arch->level[arch->nr_levels - 1];

	return top->shift + top->index_bits;
}

static void list(const char *release)
{
	uint16_t number = sim_release_number(release);
	const struct sim_arch *arch;

	printf("%-9s %-5s %-7s %-4s %-11s %-8s %s\n", "NAME", "PAGE", "LEVELS", "VA", "PTE_SPECIAL",
	       "FAST_GUP", "WHAT");
	for (unsigned int n = 0; (arch = sim_arch_nth(n)); n++)
		printf("%-9s %3uK  %-7u %-4d %-11s %-8s %s\n", arch->name,
		       1u << (arch->page_shift - 10), arch->nr_levels, va_bits(arch),
		       sim_arch_has(arch, number, SIM_FEAT_PTE_SPECIAL) ? "yes" : "no",
		       sim_arch_has(arch, number, SIM_FEAT_FAST_GUP) ? "yes" : "no", arch->title);
	printf("\nFeatures as of Linux %s; ttmsim arch NAME tells when they came.\n", release);
}

/* ---- one architecture ---- */

static void print_bytes(uint64_t bytes)
{
	static const char units[] = "BKMGTPE";
	int unit = 0;

	while (bytes >= 1024 && bytes % 1024 == 0 && unit < 6) {
		bytes /= 1024;
		unit++;
	}
	printf("%llu%c", (unsigned long long)bytes, units[unit]);
}

static void print_geometry(const struct sim_arch *arch)
{
	printf("  page                ");
	print_bytes(1ULL << arch->page_shift);
	printf("\n  user space          0 to 0x%llx\n  physical            %u bits\n",
	       (unsigned long long)arch->task_size - 1, arch->max_phys_bits);
	printf("  accessed, dirty     %s\n", arch->ad_rule == SIM_AD_FAULT ?
	       "set by the kernel, at a fault" : "set by the MMU or its refill handler");
	printf("\n  level  entries  bytes  covers\n");
	for (int level = arch->nr_levels - 1; level >= 0; level--) {
		const struct sim_level *l = &arch->level[level];

		printf("  %-5s  %7u  %5u  ", l->name, 1u << l->index_bits, l->entry_bytes);
		print_bytes(1ULL << l->shift);
		putchar('\n');
	}
}

static void print_features(const struct sim_arch *arch)
{
	const char *release;

	printf("\n  %-20s", "feature");
	for (unsigned int n = 0; (release = sim_release_nth(n)); n++)
		printf(" %5s", release);
	putchar('\n');
	for (int f = 0; f < SIM_NR_FEATURES; f++) {
		printf("  %-20s", sim_feature_name((enum sim_feature)f));
		for (unsigned int n = 0; (release = sim_release_nth(n)); n++)
			printf(" %5s", sim_arch_has(arch, sim_release_number(release),
						    (enum sim_feature)f) ? "yes" : "-");
		putchar('\n');
	}
}

/* Folded at spaces into what is left of 80 columns. */
static void print_source(const char *source)
{
	const int indent = 22, width = 80 - indent;

	printf("  read from           ");
	while ((int)strlen(source) > width) {
		int len = width;

		while (len > 1 && source[len] != ' ')
			len--;
		printf("%.*s\n%*s", len, source, indent, "");
		source += len + 1;
	}
	puts(source);
}

static void show(const struct sim_mmu *mmu, const char *release, bool color)
{
	static const char *const leaf[SIM_NR_LEAVES] = { "pte", "pmd leaf", "pud leaf" };
	const struct sim_arch *arch = mmu->arch;

	printf("%s: %s\n", arch->name, arch->title);
	print_source(arch->source);
	print_geometry(arch);
	print_features(arch);
	for (int level = 0; level < SIM_NR_LEAVES; level++) {
		if (!mmu->has_leaf[level])
			continue;
		printf("\n  %s, Linux %s", leaf[level], release);
		if (mmu->format[level].none_value)
			printf(" (empty: 0x%llx)",
			       (unsigned long long)mmu->format[level].none_value);
		putchar('\n');
		draw_format(&mmu->format[level], 8u * arch->level[level].entry_bytes, color);
	}
}

static int show_or_convert(const struct args *args)
{
	uint16_t release = sim_release_number(args->release);
	struct sim_mmu mmu;

	if (release < args->arch->since)
		return unusable("Linux %s has no %s", args->release, args->arch->name);
	sim_mmu_resolve(&mmu, args->arch, release, 0);
	if (args->decode)
		return decode_entry(&mmu, args->release, args->decode, args->level);
	if (args->encode)
		return encode_entry(&mmu, args->encode, args->level);
	show(&mmu, args->release, color_wanted(args->color));
	return STATUS_OK;
}

int command_arch(int argc, char **argv)
{
	static const struct argp argp = {
		options, parse, "[NAME]",
		"List the architectures, or show one: geometry, features, pte bits, one entry.",
		NULL, NULL, NULL,
	};
	struct args args = { .color = COLOR_AUTO, .release = newest_release() };

	program_parse(&argp, argc, argv, 0, &args);
	if (args.arch)
		return show_or_convert(&args);
	list(args.release);
	return STATUS_OK;
}
