/* SPDX-License-Identifier: MIT */
#include "jobs/sidecar.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "files/file_bytes.h"
#include "files/output.h"
#include "io/text.h"

static bool parse_fingerprint(const char *text, struct fingerprint *fingerprint)
{
	char half[17];

	if (!text || strlen(text) != 32 || strspn(text, "0123456789abcdef") != 32)
		return false;
	memcpy(half, text, 16);
	half[16] = '\0';
	fingerprint->words[0] = strtoull(half, NULL, 16);
	fingerprint->words[1] = strtoull(text + 16, NULL, 16);
	return true;
}

static bool in_u32(json_int_t number)
{
	return number >= 0 && number <= UINT32_MAX;
}

static bool parse(const json_t *root, struct sidecar *sidecar)
{
	json_int_t rows, columns, length, version;
	const char *embeddings, *content;
	int centered;

	if (json_unpack((json_t *)root, "{s:{s:I, s:I, s:s}, s:I, s:b, s:I, s:s}",
	                "embeddings", "rows", &rows, "columns", &columns, "fingerprint", &embeddings,
	                "length", &length,
	                "centered", &centered,
	                "result_version", &version,
	                "content", &content) != 0)
		return false;
	if (!in_u32(rows) || !in_u32(columns) || !in_u32(length) || !in_u32(version))
		return false;
	sidecar->identity.rows = (uint32_t)rows;
	sidecar->identity.columns = (uint32_t)columns;
	sidecar->identity.length = (uint32_t)length;
	sidecar->identity.centered = (uint32_t)centered;
	sidecar->identity.result_version = (uint32_t)version;
	return parse_fingerprint(embeddings, &sidecar->identity.embeddings) &&
	       parse_fingerprint(content, &sidecar->content);
}

bool sidecar_read(const char *name, struct sidecar *sidecar, struct problem *problem)
{
	struct file_bytes file;
	json_error_t error;
	json_t *root;
	size_t mark;
	bool good;

	memset(sidecar, 0, sizeof(*sidecar));
	if (!file_bytes_open(&file, name, problem))
		return problem_prefix(problem, "cannot read %s: ", name);
	mark = text_mark_length(file.bytes, file.length);
	root = json_loadb((const char *)file.bytes + mark, file.length - mark, 0, &error);
	good = root && parse(root, sidecar);
	if (!good)
		problem_set(problem, "cannot read %s: a description written by diversity-all was expected",
		            name);
	json_decref(root);
	file_bytes_close(&file);
	return good;
}

bool sidecar_write(const char *name, const struct sidecar *sidecar, struct problem *problem)
{
	const struct identity *identity = &sidecar->identity;
	char embeddings[FINGERPRINT_TEXT_SIZE], content[FINGERPRINT_TEXT_SIZE];
	struct output output = {0};
	char *text = NULL;
	json_t *root;
	bool good;

	fingerprint_text(identity->embeddings, embeddings);
	fingerprint_text(sidecar->content, content);
	root = json_pack("{s:s, s:{s:I, s:I, s:s}, s:I, s:b, s:s, s:I, s:s}",
	                 "made_by", "vulkan-compute diversity-all",
	                 "embeddings",
	                 "rows", (json_int_t)identity->rows,
	                 "columns", (json_int_t)identity->columns,
	                 "fingerprint", embeddings,
	                 "length", (json_int_t)identity->length,
	                 "centered", (int)identity->centered,
	                 "version", VERSION_TEXT,
	                 "result_version", (json_int_t)identity->result_version,
	                 "content", content);
	text = root ? json_dumps(root, JSON_INDENT(2)) : NULL;
	if (!text)
		good = problem_set(problem, "there is not enough memory to write %s", name);
	else
		good = output_create_unlocked(&output, name, problem) &&
		       output_append(&output, text, strlen(text), problem) &&
		       output_append(&output, "\n", 1, problem) && output_commit(&output, problem);
	output_close(&output);
	free(text);
	json_decref(root);
	return good;
}

bool sidecar_fits(const struct sidecar *sidecar, int descriptor, const char *name,
                  struct problem *problem)
{
	struct fingerprint content;

	if (!fingerprint_file(descriptor, &content))
		return problem_set(problem, "cannot read %s: %s", name, strerror(errno));
	if (!fingerprint_equal(content, sidecar->content))
		return problem_set(problem, "%s is not the file that %s.json describes", name, name);
	return true;
}
