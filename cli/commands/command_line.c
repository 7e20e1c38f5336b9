/* SPDX-License-Identifier: MIT */
#include "commands/command_line.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "io/input.h"
#include "base/message.h"
#include "base/numbers.h"
#include "vulkan_compute.h"

enum {
	KEY_HELP = 'h',
	KEY_QUIET = 'q',
	KEY_K = 'k',
	KEY_OUTPUT = 'o',
	KEY_EMBEDDINGS = 'e',
	KEY_VERSION = 256,
	KEY_DEVICE,
	KEY_MEMORY_LIMIT,
	KEY_INPUT_FORMAT,
	KEY_CENTER,
	KEY_IDS,
	KEY_USE_IDS,
	KEY_FORMAT,
	KEY_START,
	KEY_ROW,
	KEY_LENGTH,
	KEY_RESUME,
	KEY_RESTART,
	KEY_EXTEND,
	KEY_OLD_EMBEDDINGS,
	KEY_BATCH,
	KEY_CHECKPOINT,
	KEY_LOG_PROGRESS,
	KEY_ORDER,
	KEY_SIZE,
	KEY_RANGE
};

#define EVERYWHERE (~0u)
#define WITH_INPUT (EVERYWHERE & ~(unsigned)(COMMAND_NONE | COMMAND_DEVICES))
#define WITH_NAMES (COMMAND_SEQUENCE | COMMAND_NEIGHBORS)
#define WITH_PROGRESS (COMMAND_ALL | COMMAND_MATRIX | COMMAND_NEIGHBORS | COMMAND_HEATMAP)

static const struct {
	const char *name;
	int has_argument;
	int key;
	unsigned commands;
	const char *argument;
	const char *help;
} specs[] = {
	{"embeddings", required_argument, KEY_EMBEDDINGS, WITH_INPUT, "FILE",
     "the embeddings: .npy, .json, .jsonl, .fvecs or .fbin,\n"
     "- for standard input; default: $VKC_EMBEDDINGS"},
	{"input-format", required_argument, KEY_INPUT_FORMAT, WITH_INPUT, "FORMAT",
     "npy, json, jsonl, fvecs or fbin; default: by the\n"
     "file extension, else by the contents"},
	{"center", no_argument, KEY_CENTER, WITH_INPUT, NULL,
     "subtract the mean row from every row first"},
	{"start", required_argument, KEY_START, COMMAND_SEQUENCE, "N",
     "the first row, counted from 0; with ids: its id"},
	{"k", required_argument, KEY_K, COMMAND_NEIGHBORS, "K",
     "number of neighbours per row, at least 1"},
	{"row", required_argument, KEY_ROW, COMMAND_NEIGHBORS, "N",
     "only row N, counted from 0; with ids: its id"},
	{"length", required_argument, KEY_LENGTH, COMMAND_SEQUENCE | COMMAND_ALL, "K",
     "only the first K rows of each sequence"},
	{"ids", required_argument, KEY_IDS, WITH_NAMES, "FILE",
     "ids instead of row numbers: one per line or a JSON list"},
	{"use-ids", no_argument, KEY_USE_IDS, WITH_NAMES, NULL,
     "the same, with the \"id\"s in the embeddings file"},
	{"format", required_argument, KEY_FORMAT, COMMAND_SEQUENCE, "FORMAT",
     "array (default), or object, which also names its inputs"},
	{"format", required_argument, KEY_FORMAT, COMMAND_DEVICES, "FORMAT",
     "text (default) or json"},
	{"output", required_argument, KEY_OUTPUT, COMMAND_ALL, "FILE.npy", "the file to write"},
	{"output", required_argument, KEY_OUTPUT, COMMAND_MATRIX, "FILE.npy",
     "the file to write, - for standard output"},
	{"output", required_argument, KEY_OUTPUT, COMMAND_NEIGHBORS, "FILE.npy",
     "write the indices there and the similarities to\n"
     "FILE.similarities.npy; default: JSON on standard output"},
	{"output", required_argument, KEY_OUTPUT, COMMAND_HEATMAP, "FILE.png",
     "the picture to write, - for standard output"},
	{"resume", no_argument, KEY_RESUME, COMMAND_ALL, NULL,
     "continue where an earlier run stopped (always on)"},
	{"restart", no_argument, KEY_RESTART, COMMAND_ALL, NULL,
     "discard the work of an earlier run"},
	{"extend", required_argument, KEY_EXTEND, COMMAND_ALL, "OLD.npy",
     "after appending rows to the embeddings of OLD.npy: keep\n"
     "the parts of its sequences that do not change"},
	{"old-embeddings", required_argument, KEY_OLD_EMBEDDINGS, COMMAND_ALL, "FILE",
     "the embeddings of OLD.npy, if OLD.npy.json is lost"},
	{"batch", required_argument, KEY_BATCH, COMMAND_ALL, "N",
     "sequences to write together; default: those that are\n"
     "complete after about a second"},
	{"checkpoint", required_argument, KEY_CHECKPOINT, COMMAND_ALL, "SECONDS",
     "the most work that may be lost, unless a single\n"
     "sequence takes longer; default: 5"},
	{"order", required_argument, KEY_ORDER, COMMAND_HEATMAP, "ORDER",
     "file (default), diversity (the sequence from row 0), or\n"
     "cluster (similar rows side by side)"},
	{"size", required_argument, KEY_SIZE, COMMAND_HEATMAP, "PIXELS",
     "maximum width and height of the matrix; default: 1000"},
	{"range", required_argument, KEY_RANGE, COMMAND_HEATMAP, "LOW:HIGH",
     "similarities at the ends of the scale; default:\n"
     "1 in 200 cells of the picture lies beyond each end"},
	{"log-progress", optional_argument, KEY_LOG_PROGRESS, WITH_PROGRESS, "[=SECONDS]",
     "print a progress line every minute, or as given"},
	{"device", required_argument, KEY_DEVICE, EVERYWHERE, "DEVICE",
     "a number from `vulkan-compute devices` or part of a\n"
     "name; default: $VKC_DEVICE, else the best device"},
	{"memory-limit", required_argument, KEY_MEMORY_LIMIT, EVERYWHERE, "BYTES",
     "maximum device memory to use, such as 300M, 2G or 1T;\n"
     "default: $VKC_MEMORY_LIMIT, else most of the memory"},
	{"quiet", no_argument, KEY_QUIET, EVERYWHERE, NULL,
     "errors only: no progress, no remarks"},
	{"version", no_argument, KEY_VERSION, EVERYWHERE, NULL, "print the version"},
	{"help", no_argument, KEY_HELP, EVERYWHERE, NULL, "print this help"},
};

#define NUM_SPECS (sizeof(specs) / sizeof(specs[0]))

static char short_name(int key)
{
	return key < 256 ? (char)key : '\0';
}

void command_line_print_help(const struct command *command)
{
	size_t i;

	for (i = 0; i < NUM_SPECS; i++) {
		const char *line = specs[i].help;
		char left[40];
		const char *argument = specs[i].argument ? specs[i].argument : "";

		if (!(specs[i].commands & command->flag))
			continue;
		if (specs[i].name[1] == '\0')
			snprintf(left, sizeof(left), "-%s %s", specs[i].name, argument);
		else if (short_name(specs[i].key))
			snprintf(left, sizeof(left), "-%c, --%s %s", short_name(specs[i].key), specs[i].name,
			         argument);
		else
			snprintf(left, sizeof(left), "    --%s%s%s", specs[i].name,
			         *argument && *argument != '[' ? " " : "", argument);
		while (line) {
			const char *end = strchr(line, '\n');
			int length = end ? (int)(end - line) : (int)strlen(line);

			printf("  %-28s %.*s\n", left, length, line);
			left[0] = '\0';
			line = end ? end + 1 : NULL;
		}
	}
}

static enum parsed reject_value(const struct command_line *options, const char *option,
                                const char *value, const char *expected)
{
	message_usage(options, "--%s takes %s, not '%s'", option, expected, value);
	return PARSED_WRONG;
}

static enum parsed help(const struct command *command)
{
	printf("usage: vulkan-compute %s%s%s [option…]\n\n%s\n\n", command->name,
	       *command->needs ? " " : "", command->needs, command->text);
	command_line_print_help(command);
	return PARSED_DONE;
}

static enum parsed version(void)
{
	uint32_t library = vkc_version();

	printf("vulkan-compute %d.%d.%d (library %u.%u.%u, results %u)\n", VKC_VERSION_MAJOR,
	       VKC_VERSION_MINOR, VKC_VERSION_PATCH, library / 1000000, library / 1000 % 1000,
	       library % 1000, vkc_result_version());
	return PARSED_DONE;
}

/* Sets an option whose value is checked here. */
static enum parsed set_checked(struct command_line *options, int key, const char *value)
{
	static const char at_least_1[] = "a whole number of 1 … 4294967295";

	switch (key) {
	case KEY_MEMORY_LIMIT:
		if (!parse_bytes(value, &options->memory_limit))
			return reject_value(options, "memory-limit", value,
			                    "a number of bytes above 0, such as 300000000, 512K, 300M, 2G or "
			                    "1T");
		break;
	case KEY_INPUT_FORMAT:
		if (!input_format_known(value))
			return reject_value(options, "input-format", value, "npy, json, jsonl, fvecs or fbin");
		options->input_format = value;
		break;
	case KEY_K:
		if (!parse_u32(value, &options->k) || options->k == 0)
			return reject_value(options, "k", value, at_least_1);
		break;
	case KEY_LENGTH:
		if (!parse_u32(value, &options->length) || options->length == 0)
			return reject_value(options, "length", value, at_least_1);
		break;
	case KEY_BATCH:
		if (!parse_u32(value, &options->batch) || options->batch == 0)
			return reject_value(options, "batch", value, at_least_1);
		break;
	case KEY_SIZE:
		if (!parse_u32(value, &options->size) || options->size < 16 || options->size > 16384)
			return reject_value(options, "size", value, "a whole number of 16 … 16384");
		break;
	case KEY_CHECKPOINT:
		if (!parse_seconds(value, &options->checkpoint_seconds))
			return reject_value(options, "checkpoint", value, "a number of seconds");
		break;
	case KEY_LOG_PROGRESS:
		options->log_seconds = 60;
		if (value && (!parse_seconds(value, &options->log_seconds) || options->log_seconds <= 0))
			return reject_value(options, "log-progress", value, "a number of seconds above 0");
		break;
	default:
		break;
	}
	return PARSED_RUN;
}

static enum parsed set(struct command_line *options, int key, const char *value)
{
	switch (key) {
	case KEY_HELP:
		return help(options->command);
	case KEY_VERSION:
		return version();
	case KEY_QUIET:
		options->quiet = true;
		break;
	case KEY_DEVICE:
		options->device = value;
		break;
	case KEY_EMBEDDINGS:
		options->embeddings = value;
		break;
	case KEY_CENTER:
		options->center = true;
		break;
	case KEY_IDS:
		options->ids = value;
		break;
	case KEY_USE_IDS:
		options->use_ids = true;
		break;
	case KEY_OUTPUT:
		options->output = value;
		break;
	case KEY_FORMAT:
		options->format = value;
		break;
	case KEY_START:
		options->start = value;
		break;
	case KEY_ROW:
		options->row = value;
		break;
	case KEY_RESTART:
		options->restart = true;
		break;
	case KEY_EXTEND:
		options->extend = value;
		break;
	case KEY_OLD_EMBEDDINGS:
		options->old_embeddings = value;
		break;
	case KEY_ORDER:
		options->order = value;
		break;
	case KEY_RANGE:
		options->range = value;
		break;
	default:
		return set_checked(options, key, value);
	}
	return PARSED_RUN;
}

/* Whether the word is "--name" or "--name=…". */
static bool is_option(const char *word, const char *name)
{
	size_t length = strlen(name);

	return strncmp(word, "--", 2) == 0 && strncmp(word + 2, name, length) == 0 &&
	       (word[2 + length] == '\0' || word[2 + length] == '=');
}

/* Prints why `word`, or the letter `key` in it, is none of the command's options. */
static enum parsed reject_option(const struct command_line *options, const char *word, int key,
                                 bool value_missing)
{
	unsigned flag = options->command->flag;
	char letter[3] = {'-', (char)key, '\0'};
	size_t i;

	for (i = 0; i < NUM_SPECS; i++) {
		bool applies = specs[i].commands & flag;

		if (value_missing && applies && specs[i].key == key)
			message_usage(options, "'%s' needs a value: %s",
			              strncmp(word, "--", 2) == 0 ? word : letter, specs[i].argument);
		/* getopt_long() reports the key of a known option that has an unexpected value. */
		else if (!value_missing && applies && specs[i].key == key)
			message_usage(options, "--%s takes no value", specs[i].name);
		else if (!value_missing && key == 0 && is_option(word, specs[i].name))
			message_usage(options, "--%s does not apply here", specs[i].name);
		else
			continue;
		return PARSED_WRONG;
	}
	/* getopt_long() may still be inside a word of several letters. */
	message_usage(options, "unknown option '%s'", key ? letter : word);
	return PARSED_WRONG;
}

enum parsed command_line_parse(struct command_line *options, int argc, char **argv, int *next)
{
	const struct command *command = options->command;
	struct option long_options[NUM_SPECS + 1];
	char short_options[2 * NUM_SPECS + 3];
	size_t i, longs = 0, shorts = 0;
	int key;

	/* '+' stops at the first word that is not an option; ':' reports a missing value separately. */
	if (command->flag == COMMAND_NONE)
		short_options[shorts++] = '+';
	short_options[shorts++] = ':';
	for (i = 0; i < NUM_SPECS; i++) {
		if (!(specs[i].commands & command->flag))
			continue;
		long_options[longs++] =
			(struct option){specs[i].name, specs[i].has_argument, NULL, specs[i].key};
		if (short_name(specs[i].key)) {
			short_options[shorts++] = short_name(specs[i].key);
			if (specs[i].has_argument == required_argument)
				short_options[shorts++] = ':';
		}
	}
	short_options[shorts] = '\0';
	long_options[longs] = (struct option){0};

	opterr = 0;
	optind = 0;
	while ((key = getopt_long(argc, argv, short_options, long_options, NULL)) != -1) {
		enum parsed parsed;

		if (key == '?' || key == ':')
			return reject_option(options, argv[optind - 1], optopt, key == ':');
		parsed = set(options, key, optarg);
		if (parsed != PARSED_RUN)
			return parsed;
	}
	*next = optind;
	if (command->flag != COMMAND_NONE && optind < argc) {
		message_usage(options, "'%s' was not expected: all arguments are options",
		              argv[optind]);
		return PARSED_WRONG;
	}
	return PARSED_RUN;
}
