/* SPDX-License-Identifier: MIT */
#include "base/host_memory.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/minmax.h"

/* File and key names of a control group hierarchy. */
struct hierarchy {
	const char *limits[2]; /* a hard limit; exceeding the second one throttles the process */
	const char *usage;
	const char *reclaimable[3]; /* keys in memory.stat: memory reclaimed before the limit applies */
	/* key in memory.stat: the lowest limit, including groups not visible here */
	const char *inherited;
};

static const struct hierarchy version_1 = {
	.limits = {"memory.limit_in_bytes"},
	.usage = "memory.usage_in_bytes",
	.reclaimable = {"total_inactive_file", "total_active_file"},
	.inherited = "hierarchical_memory_limit",
};

static const struct hierarchy version_2 = {
	.limits = {"memory.max", "memory.high"},
	.usage = "memory.current",
	.reclaimable = {"inactive_file", "active_file", "slab_reclaimable"},
};

/* Opens root/folder/name; NULL if it does not exist. */
static FILE *open_file(const char *root, const char *folder, const char *name)
{
	char path[PATH_MAX];
	int length = snprintf(path, sizeof(path), "%s%s/%s", root, folder, name);
	return length > 0 && (size_t)length < sizeof(path) ? fopen(path, "re") : NULL;
}

/* Reads a file that holds one number. False if the file is missing or holds no number ("max"). */
static bool read_number(const char *group, const char *name, uint64_t *number)
{
	unsigned long long value;
	FILE *file = open_file("", group, name);
	if (!file)
		return false;
	bool found = fscanf(file, "%llu", &value) == 1;
	fclose(file);
	*number = value;
	return found;
}

/* Bytes that the group can still allocate before it reaches its limit. */
static uint64_t group_free(const struct hierarchy *hierarchy, const char *group)
{
	uint64_t limit = UINT64_MAX, usage = 0, reclaimable = 0, value;
	for (size_t i = 0; i < 2 && hierarchy->limits[i]; i++)
		if (read_number(group, hierarchy->limits[i], &value))
			limit = min_u64(limit, value);
	FILE *stat = open_file("", group, "memory.stat");
	char name[64];
	unsigned long long bytes;
	while (stat && fscanf(stat, "%63s %llu", name, &bytes) == 2) {
		if (hierarchy->inherited && !strcmp(name, hierarchy->inherited))
			limit = min_u64(limit, bytes);
		for (size_t i = 0; i < 3 && hierarchy->reclaimable[i]; i++)
			if (!strcmp(name, hierarchy->reclaimable[i]))
				reclaimable += bytes;
	}
	if (stat)
		fclose(stat);
	if (limit == UINT64_MAX || !read_number(group, hierarchy->usage, &usage))
		return limit;
	usage -= min_u64(usage, reclaimable);
	return limit - min_u64(limit, usage);
}

/* The minimum over a group and its ancestors, up to the mount point. Truncates `group` on the
 * way. */
static uint64_t path_free(const struct hierarchy *hierarchy, char *group, size_t mount_length)
{
	uint64_t free_bytes = group_free(hierarchy, group);
	for (size_t length = strlen(group); length > mount_length; length--) {
		if (group[length - 1] != '/')
			continue;
		group[length - 1] = '\0';
		free_bytes = min_u64(free_bytes, group_free(hierarchy, group));
	}
	return free_bytes;
}

/* Whether the comma-separated list `words` contains `word`. */
static bool lists(const char *words, const char *word)
{
	size_t length = strlen(word);
	for (; *words; words += *words == ',') {
		size_t next = strcspn(words, ",");
		if (next == length && !strncmp(words, word, length))
			return true;
		words += next;
	}
	return false;
}

/* The path of the process's own group, which the caller frees; NULL if it is in no group. */
static char *own_group(const char *root, const struct hierarchy *hierarchy)
{
	FILE *file = open_file(root, "/proc/self", "cgroup");
	char *line = NULL, *group = NULL;
	size_t size = 0;
	/* Version 2: "0::/path". Version 1: "4:cpu,memory:/path". */
	while (file && !group && getline(&line, &size, file) > 0) {
		char *controllers = strchr(line, ':');
		char *path = controllers ? strchr(controllers + 1, ':') : NULL;
		if (!path)
			continue;
		*path++ = '\0';
		path[strcspn(path, "\n")] = '\0';
		bool matches = hierarchy == &version_2 ? !strncmp(line, "0:", 2) && !controllers[1]
		                                       : lists(controllers + 1, "memory");
		if (matches)
			group = strdup(path);
	}
	free(line);
	if (file)
		fclose(file);
	return group;
}

/* Decodes octal escapes such as \040, which stands for a space in mountinfo. */
static void unescape(char *text)
{
	char *to = text;
	for (const char *from = text; *from; to++) {
		if (*from == '\\' && strspn(from + 1, "01234567") >= 3) {
			*to = (char)((from[1] - '0') << 6 | (from[2] - '0') << 3 | (from[3] - '0'));
			from += 4;
		} else {
			*to = *from++;
		}
	}
	*to = '\0';
}

/* The group's path relative to the mount point: "" or "/…". If the group is not visible through
 * this mount, returns "", the topmost visible group: in a container, that is the container's
 * own. */
static const char *below_mount(const char *group, const char *mounted)
{
	size_t length = strcmp(mounted, "/") ? strlen(mounted) : 0;
	if (strncmp(group, mounted, length))
		return "";
	const char *below = group + length;
	if ((*below && *below != '/') || !strncmp(below, "/../", 4) || !strcmp(below, "/..") ||
	    !strcmp(below, "/"))
		return "";
	return below;
}

/* Free bytes according to one line of mountinfo: "36 35 98:0 ROOT POINT options… - TYPE source
 * OPTIONS". */
static uint64_t mount_free(const char *root, char *line)
{
	char *fields[5], *rest = line;
	for (int i = 0; i < 5; i++)
		fields[i] = strsep(&rest, " ");
	rest = rest ? strstr(rest, " - ") : NULL;
	if (!rest)
		return UINT64_MAX;
	rest += 3;
	const char *type = strsep(&rest, " ");
	strsep(&rest, " ");
	bool first = !strcmp(type, "cgroup") && rest && lists(rest, "memory");
	if (!first && strcmp(type, "cgroup2"))
		return UINT64_MAX;

	const struct hierarchy *hierarchy = first ? &version_1 : &version_2;
	char *mounted = fields[3], *point = fields[4];
	unescape(mounted);
	unescape(point);
	char *group = own_group(root, hierarchy);
	if (!group)
		return UINT64_MAX;
	char path[PATH_MAX];
	int mount_length = snprintf(path, sizeof(path), "%s%s", root, point);
	int length = snprintf(path, sizeof(path), "%s%s%s", root, point, below_mount(group, mounted));
	free(group);
	return (size_t)length < sizeof(path) ? path_free(hierarchy, path, (size_t)mount_length)
	                                     : UINT64_MAX;
}

static uint64_t groups_free(const char *root)
{
	FILE *file = open_file(root, "/proc/self", "mountinfo");
	uint64_t free_bytes = UINT64_MAX;
	char *line = NULL;
	size_t size = 0;
	while (file && getline(&line, &size, file) > 0) {
		line[strcspn(line, "\n")] = '\0';
		free_bytes = min_u64(free_bytes, mount_free(root, line));
	}
	free(line);
	if (file)
		fclose(file);
	return free_bytes;
}

/* Bytes that the machine can provide without swapping. */
static uint64_t machine_free(const char *root)
{
	FILE *file = open_file(root, "/proc", "meminfo");
	char line[128];
	unsigned long long kilobytes = 0;
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "MemAvailable: %llu kB", &kilobytes) == 1)
			break;
	if (file)
		fclose(file);
	return kilobytes ? (uint64_t)kilobytes * 1024 : UINT64_MAX;
}

uint64_t host_memory_free(const char *root)
{
	return min_u64(machine_free(root), groups_free(root));
}
