/* SPDX-License-Identifier: MIT
 *
 * The memory available to the process on simulated systems: control groups of both versions,
 * nested, seen from the host or from inside a container.
 */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/host_memory.h"

#define MIB (1024ull * 1024)

static const char hybrid_mounts[] =
	"22 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
	"31 22 0:28 / /sys/fs/cgroup rw shared:4 - tmpfs tmpfs rw,mode=755\n"
	"32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n"
	"35 31 0:32 / /sys/fs/cgroup/memory rw shared:9 - cgroup cgroup rw,memory\n"
	"41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n";
static const char unified_mounts[] =
	"22 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
	"31 22 0:28 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n";

/* The root folder of the simulated system. */
static char root[64];

static int setup(void **state)
{
	(void)state;
	strcpy(root, "/tmp/vkc-host-XXXXXX");
	return mkdtemp(root) ? 0 : -1;
}

static int teardown(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -r '%s'", root);
	return system(command);
}

/* Writes a file of the simulated system, with its parent folders. */
static void put(const char *name, const char *text)
{
	char path[PATH_MAX];
	FILE *file;

	snprintf(path, sizeof(path), "%s%s", root, name);
	for (char *slash = strchr(path + strlen(root) + 1, '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(path, 0700);
		*slash = '/';
	}
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static void put_system(const char *mounts, const char *groups)
{
	put("/proc/meminfo", "MemTotal:  16777216 kB\nMemAvailable:  8388608 kB\n");
	put("/proc/self/mountinfo", mounts);
	put("/proc/self/cgroup", groups);
}

/* Writes one number of a group, in MiB; 0 for "max". */
static void put_number(const char *group, const char *name, uint64_t mib)
{
	char path[PATH_MAX], text[32];

	snprintf(path, sizeof(path), "/sys/fs/cgroup%s/%s", group, name);
	snprintf(text, sizeof(text), "%llu\n", (unsigned long long)(mib * MIB));
	put(path, mib ? text : "max\n");
}

static void check_free(uint64_t mib)
{
	assert_int_equal(host_memory_free(root), mib * MIB);
}

static void test_machine_without_groups(void **state)
{
	(void)state;
	assert_true(host_memory_free(root) == UINT64_MAX);
	put("/proc/meminfo", "MemTotal:  16777216 kB\nMemAvailable:  8388608 kB\n");
	check_free(8192);
}

/* A job of a batch system: the limit is set on a group between that of the process and the root. */
static void test_nested_groups(void **state)
{
	(void)state;
	put_system(unified_mounts, "0::/slurm/job_7/step_0\n");
	check_free(8192);
	put_number("/slurm/job_7/step_0", "memory.max", 0);
	put_number("/slurm/job_7/step_0", "memory.current", 100);
	check_free(8192);
	put_number("/slurm/job_7", "memory.max", 500);
	check_free(500);
	put_number("/slurm/job_7", "memory.current", 120);
	check_free(380);
	/* A parent group has less left, although its limit is higher. */
	put_number("/slurm", "memory.max", 4000);
	put_number("/slurm", "memory.current", 3900);
	check_free(100);
	put_number("/slurm/job_7/step_0", "memory.max", 150);
	check_free(50);
	/* The limit of another job does not matter. */
	put_number("/slurm/job_70", "memory.max", 1);
	put_number("/slurm/job_7/step_0/child", "memory.max", 1);
	check_free(50);
}

static void test_nested_groups_of_version_1(void **state)
{
	(void)state;
	put_system(hybrid_mounts, "9:name=systemd:/\n4:cpu,memory:/job/step\n1:cpu:/\n0::/unified\n");
	put_number("/memory/job/step", "memory.limit_in_bytes", 8796093022207);
	check_free(8192);
	put_number("/memory/job", "memory.limit_in_bytes", 500);
	put_number("/memory/job", "memory.usage_in_bytes", 200);
	check_free(300);
	put_number("/memory", "memory.limit_in_bytes", 250);
	check_free(250);
	/* These belong to another controller and to a hierarchy that does not count memory. */
	put_number("/cpu", "memory.limit_in_bytes", 1);
	put_number("/unified/job", "memory.max", 1);
	check_free(250);
	/* If both count, the lower limit is reached first. */
	put_number("/unified/unified", "memory.max", 70);
	check_free(70);
}

/* Memory that the kernel writes back or drops before it refuses an allocation counts as free. */
static void test_file_cache_is_free(void **state)
{
	(void)state;
	put_system(unified_mounts, "0::/a\n");
	put_number("/a", "memory.max", 500);
	put_number("/a", "memory.current", 400);
	put("/sys/fs/cgroup/a/memory.stat",
	    "anon 104857600\nfile 314572800\ninactive_file 104857600\nactive_file 52428800\n"
	    "slab_reclaimable 1048576\nslab_unreclaimable 2097152\n");
	check_free(251);
	/* The numbers are not read at the same moment. */
	put_number("/a", "memory.current", 10);
	check_free(500);
	put_number("/a", "memory.current", 900);
	put("/sys/fs/cgroup/a/memory.stat", "anon 1\n");
	check_free(0);
}

static void test_file_cache_of_version_1(void **state)
{
	(void)state;
	put_system(hybrid_mounts, "4:memory:/a\n");
	put_number("/memory/a", "memory.limit_in_bytes", 500);
	put_number("/memory/a", "memory.usage_in_bytes", 400);
	put("/sys/fs/cgroup/memory/a/memory.stat",
	    "inactive_file 1\nhierarchical_memory_limit 524288000\n"
	    "total_inactive_file 104857600\ntotal_active_file 52428800\n");
	check_free(250);
	/* The limit of a group above those that a container sees. */
	put("/sys/fs/cgroup/memory/a/memory.stat", "hierarchical_memory_limit 419430400\n");
	check_free(0);
	put_number("/memory/a", "memory.usage_in_bytes", 100);
	check_free(300);
}

/* Above memory.high, the kernel slows a process down until it hardly progresses. */
static void test_high(void **state)
{
	(void)state;
	put_system(unified_mounts, "0::/user.slice/app.scope\n");
	put_number("/user.slice/app.scope", "memory.max", 900);
	put_number("/user.slice", "memory.high", 300);
	put_number("/user.slice", "memory.current", 100);
	check_free(200);
}

/* The name of the group starts at the mount. */
static void test_container_with_the_host_s_names(void **state)
{
	(void)state;
	put_system("35 31 0:32 /docker/c1 /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n",
	           "4:memory:/docker/c1/inner\n");
	put_number("/memory", "memory.limit_in_bytes", 400);
	check_free(400);
	put_number("/memory/inner", "memory.limit_in_bytes", 200);
	check_free(200);
	/* c1 is a different group from c10, so the topmost visible group applies. */
	put("/proc/self/cgroup", "4:memory:/docker/c10/inner\n");
	check_free(400);
	put("/proc/self/cgroup", "4:memory:/docker/c1\n");
	check_free(400);
}

/* In a namespace of groups, the mount may begin above the namespace, and the process may be outside
 * of it. */
static void test_container_with_names_of_its_own(void **state)
{
	(void)state;
	put_system("31 22 0:28 /../.. /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n", "0::/\n");
	put_number("", "memory.max", 400);
	check_free(400);
	put("/proc/self/mountinfo", unified_mounts);
	check_free(400);
	put_number("/a", "memory.max", 200);
	put_number("/../a", "memory.max", 100);
	put("/proc/self/cgroup", "0::/../a\n");
	check_free(400);
	put("/proc/self/cgroup", "0::/..\n");
	check_free(400);
	put("/proc/self/cgroup", "0::/..a\n");
	put_number("/..a", "memory.max", 50);
	check_free(50);
	put("/proc/self/cgroup", "0::/a\n");
	check_free(200);
}

/* mountinfo escapes spaces and backslashes as numbers; cgroup does not. */
static void test_names_with_other_characters(void **state)
{
	(void)state;
	put_system("31 22 0:28 /my\\040jobs\\134x2d /sys/fs/cgroup/a\\040b rw - cgroup2 none rw\n",
	           "0::/my jobs\\x2d/job:7\n");
	put_number("/a b/job:7", "memory.max", 123);
	check_free(123);
}

static void test_damaged_files(void **state)
{
	char line[9000];

	(void)state;
	memset(line, 'x', sizeof(line));
	line[0] = '/';
	line[sizeof(line) - 1] = '\0';
	put_system("\n31\n31 22 0:28 / /sys/fs/cgroup\n31 22 0:28 / /sys/fs/cgroup -\n"
	           "31 22 0:28 / /sys/fs/cgroup rw - cgroup\n31 22 0:28 / \\9 rw - cgroup2\n",
	           "\n0\n0:\n::\n0::\n");
	put("/sys/fs/cgroup/memory.max", "");
	put("/sys/fs/cgroup/memory.stat", "inactive_file\n");
	check_free(8192);
	put("/proc/self/mountinfo", unified_mounts);
	check_free(8192);
	put("/proc/self/cgroup", line);
	check_free(8192);
	put("/proc/meminfo", "MemAvailable: lots\n");
	assert_true(host_memory_free(root) == UINT64_MAX);
}

int main(void)
{
#define IN_A_NEW_SYSTEM(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	static const struct CMUnitTest tests[] = {
		IN_A_NEW_SYSTEM(test_machine_without_groups),
		IN_A_NEW_SYSTEM(test_nested_groups),
		IN_A_NEW_SYSTEM(test_nested_groups_of_version_1),
		IN_A_NEW_SYSTEM(test_file_cache_is_free),
		IN_A_NEW_SYSTEM(test_file_cache_of_version_1),
		IN_A_NEW_SYSTEM(test_high),
		IN_A_NEW_SYSTEM(test_container_with_the_host_s_names),
		IN_A_NEW_SYSTEM(test_container_with_names_of_its_own),
		IN_A_NEW_SYSTEM(test_names_with_other_characters),
		IN_A_NEW_SYSTEM(test_damaged_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
