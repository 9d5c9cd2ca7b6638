/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * context.c - the machine that the figures come from.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "frame.h"

#define CACHES "/sys/devices/system/cpu/cpu0/cache/index%d/%s"
#define MAX_CACHES 16

/* The first line of a file; false: it cannot be read. */
static bool first_line(const char *path, char out[BENCH_NAME])
{
	FILE *file = fopen(path, "re");
	bool ok = file && fgets(out, BENCH_NAME, file);

	if (file)
		fclose(file);
	if (ok)
		out[strcspn(out, "\n")] = 0;
	return ok;
}

/* What /proc/cpuinfo first says of @key. */
static bool cpu_info(const char *key, char out[BENCH_NAME])
{
	FILE *file = fopen("/proc/cpuinfo", "re");
	char line[BENCH_TEXT];
	bool found = false;

	while (file && !found && fgets(line, sizeof(line), file)) {
		const char *value = strchr(line, ':');

		if (!value || strncmp(line, key, strlen(key)) != 0)
			continue;
		value += 1 + (value[1] == ' ');
		snprintf(out, BENCH_NAME, "%.*s", (int)strcspn(value, "\n"), value);
		found = true;
	}
	if (file)
		fclose(file);
	return found;
}

const char *bench_host(char out[BENCH_NAME])
{
	char model[BENCH_NAME];

	if (!cpu_info("model name", model))
		snprintf(model, sizeof(model), "unknown CPU");
	snprintf(out, BENCH_NAME, "%.200s, %ld CPUs", model, sysconf(_SC_NPROCESSORS_ONLN));
	return out;
}

/* "ffff,00000003": how many CPUs. */
static int cpus_of_map(const char *map)
{
	int nr = 0;

	for (; *map; map++) {
		char digit[2] = { *map, 0 };

		if (*map != ',')
			nr += __builtin_popcountl(strtoul(digit, NULL, 16));
	}
	return nr;
}

static json_t *cache(int n)
{
	static const char *const keys[] = { "type", "level", "size", "shared_cpu_map" };
	char text[ARRAY_SIZE(keys)][BENCH_NAME], path[BENCH_NAME];

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		snprintf(path, sizeof(path), CACHES, n, keys[i]);
		if (!first_line(path, text[i]))
			return NULL;
	}
	return json_pack("{s:s, s:i, s:I, s:i}", "type", text[0], "level", atoi(text[1]), "size",
			 (json_int_t)strtol(text[2], NULL, 10) << 10, "num_sharing",
			 cpus_of_map(text[3]));
}

static json_t *caches(void)
{
	json_t *array = json_array(), *one;

	for (int n = 0; n < MAX_CACHES && (one = cache(n)); n++)
		json_array_append_new(array, one);
	return array;
}

const char *bench_build_type(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(NDEBUG)
	return "debug";
#else
	return "release";
#endif
}

static json_t *load_avg(void)
{
	double load[3];
	json_t *array = json_array();

	for (int i = 0, nr = getloadavg(load, 3); i < nr; i++)
		json_array_append_new(array, json_real(load[i]));
	return array;
}

static bool cpu_scaling(void)
{
	char governor[BENCH_NAME];

	return first_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", governor) &&
	       strcmp(governor, "performance") != 0;
}

struct json_t *bench_context(void)
{
	char date[BENCH_LABEL], host[BENCH_NAME] = "", cpu[BENCH_NAME] = "", mhz[BENCH_NAME] = "0";
	time_t now = time(NULL);
	struct tm tm;

	localtime_r(&now, &tm);
	strftime(date, sizeof(date), "%FT%T%z", &tm);
	gethostname(host, sizeof(host) - 1);
	cpu_info("model name", cpu);
	cpu_info("cpu MHz", mhz);
	return json_pack("{s:s, s:s, s:s, s:s, s:i, s:i, s:b, s:o, s:o, s:s, s:f}",
			 "date", date, "host_name", host, "executable", "ttmsim-bench",
			 "cpu_model", cpu,
			 "num_cpus", (int)sysconf(_SC_NPROCESSORS_ONLN),
			 "mhz_per_cpu", (int)strtol(mhz, NULL, 10),
			 "cpu_scaling_enabled", cpu_scaling(),
			 "caches", caches(), "load_avg", load_avg(),
			 "library_build_type", bench_build_type(),
			 "clock_cost_ns", clock_cost());
}
