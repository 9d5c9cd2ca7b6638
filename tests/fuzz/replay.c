/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * replay - feeds saved inputs to a libFuzzer target, without libFuzzer.
 *
 * usage: replay_<stem> FILE-OR-FOLDER...
 *
 * Takes each file once, each file of a folder once (not its subfolders), and
 * the empty input. Arguments that do not exist are passed over. Prints each
 * name first, so that the last one printed is the one that crashed.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned long nr_replayed;

static void replay(const char *name, const uint8_t *data, size_t size)
{
	printf("%s (%zu bytes)\n", name, size);
	fflush(stdout);
	LLVMFuzzerTestOneInput(data, size);
	nr_replayed++;
}

static int replay_file(const char *path, off_t size)
{
	/* Exactly as large as the input, so that ASan sees a read behind it. */
	uint8_t *data = malloc(size ? (size_t)size : 1);
	FILE *file = fopen(path, "rb");
	int ret = -1;

	if (data && file && fread(data, 1, (size_t)size, file) == (size_t)size) {
		replay(path, data, (size_t)size);
		ret = 0;
	}
	if (file)
		fclose(file);
	free(data);
	if (ret)
		fprintf(stderr, "cannot read %s\n", path);
	return ret;
}

static int replay_folder(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	int ret = 0;

	if (!dir) {
		fprintf(stderr, "cannot open %s\n", path);
		return -1;
	}
	while ((entry = readdir(dir))) {
		struct stat st;
		char *name;

		if (asprintf(&name, "%s/%s", path, entry->d_name) < 0) {
			ret = -1;
			break;
		}
		if (!stat(name, &st) && S_ISREG(st.st_mode) && replay_file(name, st.st_size))
			ret = -1;
		free(name);
	}
	closedir(dir);
	return ret;
}

int main(int argc, char **argv)
{
	static const uint8_t empty[1];
	int ret = 0;

	replay("(empty)", empty, 0);
	for (int i = 1; i < argc; i++) {
		struct stat st;

		if (stat(argv[i], &st))
			continue;
		if (S_ISDIR(st.st_mode) ? replay_folder(argv[i])
					: replay_file(argv[i], st.st_size))
			ret = 1;
	}
	printf("%lu inputs replayed\n", nr_replayed);
	return ret;
}
