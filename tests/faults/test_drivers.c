/* SPDX-License-Identifier: MIT
 *
 * Machines on which Vulkan is missing or damaged: no loader, a file that is not a loader, no
 * driver, a damaged driver manifest, missing functions. Each gives one clear message.
 */
#define _GNU_SOURCE
#include "support.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sentence.h"

enum {
	LINE = 2048
};

/* A temporary folder for damaged files. */
static char folder[256];

static void write_file(const char *name, const char *text)
{
	char path[512];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static void link_file(const char *target, const char *subfolder)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s", folder, subfolder);
	assert_int_equal(mkdir(path, 0700), 0);
	strcat(path, "/libvulkan.so.1");
	assert_int_equal(symlink(target, path), 0);
}

static void write_manifest(const char *name, const char *library)
{
	char text[1024];

	snprintf(text, sizeof(text),
	         "{\"file_format_version\": \"1.0.0\", \"ICD\": {\"library_path\": \"%s\", "
	         "\"api_version\": \"1.1.0\"}}\n",
	         library);
	write_file(name, text);
}

static int setup(void **state)
{
	char empty[512];

	(void)state;
	snprintf(folder, sizeof(folder), "/tmp/vkc-drivers-XXXXXX");
	assert_non_null(mkdtemp(folder));
	write_file("garbage.json", "\x7f{{{ this is no JSON ]]\n");
	write_file("empty.json", "");
	write_file("empty.so", "");
	write_file("text.so", "not an ELF file\n");
	snprintf(empty, sizeof(empty), "%s/empty.so", folder);
	write_manifest("missing_library.json", "/nonexistent/libvulkan_none.so");
	write_manifest("empty_library.json", empty);
	write_manifest("no_driver.json", VKC_NO_LOADER);
	link_file(empty, "empty");
	snprintf(empty, sizeof(empty), "%s/text.so", folder);
	link_file(empty, "text");
	link_file(VKC_NO_LOADER, "no_loader");
	link_file(VKC_BROKEN_LOADER, "broken");
	return 0;
}

static int teardown(void **state)
{
	char command[512];

	(void)state;
	snprintf(command, sizeof(command), "rm -r '%s'", folder);
	return system(command);
}

/* Runs say_init with these environment variables; %s in them stands for the folder. */
static void run(const char *variables, char line[LINE])
{
	char command[3 * LINE], expanded[LINE];
	FILE *pipe;
	int status;

	snprintf(expanded, sizeof(expanded), variables, folder, folder);
	snprintf(command, sizeof(command), "env %s %s 2>/dev/null", expanded, VKC_SAY_INIT);
	pipe = popen(command, "r");
	assert_non_null(pipe);
	if (!fgets(line, LINE, pipe))
		line[0] = '\0';
	status = pclose(pipe);
	if (status != 0)
		fail_msg("with %s the program ends with status %d", expanded, status);
	line[strcspn(line, "\n")] = '\0';
}

/* Whether the word matches `choice`, or one of two as in "this|that". */
static bool is_choice(const char *word, size_t length, const char *choice)
{
	const char *bar = strchr(choice, '|');

	if (bar)
		return (length == (size_t)(bar - choice) && memcmp(word, choice, length) == 0) ||
		       is_choice(word, length, bar + 1);
	return length == strlen(choice) && memcmp(word, choice, length) == 0;
}

static void check(const char *variables, const char *listed, const char *result,
                  const char *const *words)
{
	char line[LINE];
	size_t first, second;

	run(variables, line);
	first = strcspn(line, " ");
	second = strcspn(line + first + 1, " ");
	if (!is_choice(line, first, listed) || !is_choice(line + first + 1, second, result))
		fail_msg("with %s: \"%s\", expected %s and %s", variables, line, listed, result);
	check_words(line + first + 1 + second + 1, variables, words);
}

/* Some loader versions treat a damaged manifest like a lack of memory; others skip it. */
#define DAMAGED_LISTED "VKC_SUCCESS|VKC_ERROR_OUT_OF_HOST_MEMORY"
#define DAMAGED_RESULT "VKC_ERROR_NO_DEVICE|VKC_ERROR_OUT_OF_HOST_MEMORY"

static void test_damaged_machines(void **state)
{
	static const struct {
		const char *variables, *listed, *result;
		const char *words[4];
	} cases[] = {
		{"VK_DRIVER_FILES=/nonexistent/driver.json",
	     "VKC_SUCCESS",
	     "VKC_ERROR_NO_DEVICE",
	     {"mesa-vulkan-drivers"}},
		{"VK_DRIVER_FILES=%s/garbage.json",
	     DAMAGED_LISTED,
	     DAMAGED_RESULT,
	     {"mesa-vulkan-drivers"}},
		{"VK_DRIVER_FILES=%s/empty.json", DAMAGED_LISTED, DAMAGED_RESULT, {"mesa-vulkan-drivers"}},
		{"VK_DRIVER_FILES=%s/missing_library.json",
	     "VKC_SUCCESS",
	     "VKC_ERROR_NO_DEVICE",
	     {"mesa-vulkan-drivers"}},
		{"VK_DRIVER_FILES=%s/empty_library.json",
	     "VKC_SUCCESS",
	     "VKC_ERROR_NO_DEVICE",
	     {"mesa-vulkan-drivers"}},
		{"VK_DRIVER_FILES=%s/no_driver.json",
	     "VKC_SUCCESS",
	     "VKC_ERROR_NO_DEVICE",
	     {"mesa-vulkan-drivers"}},
		{"LD_LIBRARY_PATH=%s/empty",
	     "VKC_ERROR_NO_DEVICE",
	     "VKC_ERROR_NO_DEVICE",
	     {"loader", "libvulkan1"}},
		{"LD_LIBRARY_PATH=%s/text",
	     "VKC_ERROR_NO_DEVICE",
	     "VKC_ERROR_NO_DEVICE",
	     {"loader", "libvulkan1"}},
		{"LD_LIBRARY_PATH=%s/no_loader",
	     "VKC_ERROR_NO_DEVICE",
	     "VKC_ERROR_NO_DEVICE",
	     {"loader", "vkGetInstanceProcAddr"}},
		{"LD_LIBRARY_PATH=%s/broken VKC_TEST_BROKEN=old",
	     "VKC_ERROR_NO_DEVICE",
	     "VKC_ERROR_NO_DEVICE",
	     {"1.0", "libvulkan1"}},
		{"LD_LIBRARY_PATH=%s/broken VKC_TEST_BROKEN=vkEnumerateInstanceVersion",
	     "VKC_ERROR_OUT_OF_HOST_MEMORY",
	     "VKC_ERROR_OUT_OF_HOST_MEMORY",
	     {"memory|MEMORY"}},
		{"LD_LIBRARY_PATH=%s/broken VKC_TEST_BROKEN=vkEnumerateInstanceExtensionProperties",
	     "VKC_ERROR_OUT_OF_HOST_MEMORY",
	     "VKC_ERROR_OUT_OF_HOST_MEMORY",
	     {"memory|MEMORY"}},
		{"VKC_VALIDATION=1 VK_LAYER_PATH=/nonexistent",
	     "VKC_ERROR_NO_DEVICE",
	     "VKC_ERROR_NO_DEVICE",
	     {"vulkan-validationlayers", "VKC_VALIDATION"}},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		check(cases[i].variables, cases[i].listed, cases[i].result, cases[i].words);
	printf("damaged machines: %zu, a message for each\n", COUNT(cases));
}

/* A loader or driver that lacks one of the functions that the library calls. */
static void test_missing_functions(void **state)
{
	static const char *const names[] = {
		"vkCreateInstance",
		"vkDestroyInstance",
		"vkEnumerateInstanceVersion",
		"vkEnumerateDeviceExtensionProperties",
		"vkAllocateCommandBuffers",
		"vkCreateDevice",
		"vkEnumeratePhysicalDevices",
		"vkGetDeviceProcAddr",
		"vkAllocateMemory",
		"vkCreateBuffer",
		"vkCreateComputePipelines",
		"vkDestroyDevice",
		"vkQueueSubmit",
		"vkWaitForFences",
		"vkCmdDispatch",
		"vkGetDeviceQueue",
		"vkGetPhysicalDeviceProperties2",
	};
	char variables[256], line[LINE];

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		const char *sentence;

		snprintf(variables, sizeof(variables),
		         "LD_LIBRARY_PATH=%%s/broken VKC_TEST_MISSING=%s", names[i]);
		run(variables, line);
		sentence = strstr(line, " VKC_ERROR_NO_DEVICE ");
		if (!sentence)
			fail_msg("%s is missing: \"%s\"", names[i], line);
		check_words(line, names[i], (const char *[]){names[i], NULL});
	}
	printf("missing functions: %zu, each is named\n", COUNT(names));
}

/* A list can grow between the two calls that read it. */
static void test_lists_that_grow(void **state)
{
	char line[LINE];

	(void)state;
	run("LD_LIBRARY_PATH=%s/broken VKC_TEST_BROKEN=growing", line);
	assert_string_equal(line, "VKC_SUCCESS VKC_SUCCESS -");
}

/* The wrapping loader changes nothing unless told to. */
static void test_a_working_machine(void **state)
{
	char line[LINE];

	(void)state;
	run("LD_LIBRARY_PATH=%s/broken", line);
	assert_string_equal(line, "VKC_SUCCESS VKC_SUCCESS -");
	run("VK_INSTANCE_LAYERS=VK_LAYER_NOBODY_none", line);
	assert_string_equal(line, "VKC_SUCCESS VKC_SUCCESS -");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_working_machine),
		cmocka_unit_test(test_damaged_machines),
		cmocka_unit_test(test_missing_functions),
		cmocka_unit_test(test_lists_that_grow),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
