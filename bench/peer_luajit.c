/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "peers.h"

static void write_rows(const struct data *data, char *path, size_t size)
{
	const char *folder = getenv("TMPDIR");
	uint64_t count = (uint64_t)data->n * data->d;
	snprintf(path, size, "%s/vkc-bench-XXXXXX", folder && *folder ? folder : "/tmp");
	int descriptor = mkstemp(path);
	FILE *file = descriptor < 0 ? NULL : fdopen(descriptor, "wb");
	if (!file || fwrite(data->rows, sizeof(float), count, file) != count || fclose(file) != 0)
		die("Cannot write %s.", path);
}

struct timed_steps luajit_run(const struct data *data, const char *task, uint32_t length,
                              double max_seconds)
{
	char path[1024], command[4096], line[256];
	struct timed_steps run = {0};
	write_rows(data, path, sizeof(path));
	snprintf(command, sizeof(command), "luajit '%s/plain.lua' %s '%s' %u %u %u %.17g",
	         VKC_BENCH_FOLDER, task, path, data->n, data->d, length, max_seconds);
	FILE *pipe = popen(command, "r");
	if (!pipe || !fgets(line, sizeof(line), pipe) ||
	    sscanf(line, "%lf %u", &run.seconds, &run.steps) != 2)
		fprintf(stderr, "Skipping plain LuaJIT: '%s' failed.\n", command);
	if (pipe && pclose(pipe) != 0)
		run = (struct timed_steps){0};
	unlink(path);
	return run;
}
