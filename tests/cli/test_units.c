/* SPDX-License-Identifier: MIT
 *
 * The parts of the command line program that can be tested in isolation.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "picture/clusters.h"
#include "io/foreign.h"
#include "io/input.h"
#include "io/json_scan.h"
#include "io/npy_header.h"
#include "base/numbers.h"
#include "picture/picture.h"
#include "jobs/record.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void test_numbers(void **state)
{
	static const char *const wrong[] = {"", " 1", "1 ", "+1", "-1", "0x1", "1.0", "4294967296",
	                                    "99999999999999999999999999"};
	uint64_t bytes;
	uint32_t number;
	double seconds, low, high;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(wrong); i++)
		assert_false(parse_u32(wrong[i], &number));
	assert_true(parse_u32("0", &number) && number == 0);
	assert_true(parse_u32("4294967295", &number) && number == UINT32_MAX);

	assert_true(parse_bytes("12", &bytes) && bytes == 12);
	assert_true(parse_bytes("3k", &bytes) && bytes == 3072);
	assert_true(parse_bytes("2G", &bytes) && bytes == 2ull << 30);
	assert_true(parse_bytes("16777215T", &bytes) && bytes == 16777215ull << 40);
	assert_false(parse_bytes("16777216T", &bytes));
	assert_false(parse_bytes("18446744073709551616", &bytes));
	assert_false(parse_bytes("0", &bytes));
	assert_false(parse_bytes("-1", &bytes));
	assert_false(parse_bytes("1GB", &bytes));
	assert_false(parse_bytes("", &bytes));

	assert_true(parse_seconds("0.5", &seconds) && seconds == 0.5);
	assert_false(parse_seconds("nan", &seconds));
	assert_false(parse_seconds("inf", &seconds));
	assert_false(parse_seconds("1s", &seconds));

	assert_true(parse_range("-0.5:1", &low, &high) && low == -0.5 && high == 1);
	assert_false(parse_range("0.5:0.5", &low, &high));
	assert_false(parse_range("0.5", &low, &high));
	assert_false(parse_range("0:2", &low, &high));
	assert_false(parse_range("nan:1", &low, &high));
}

/* Writes a temporary file and opens it as an input. */
static void open_input(struct input *input, const void *bytes, size_t length)
{
	char name[] = "/tmp/vkc_test_XXXXXX";
	int descriptor = mkstemp(name);
	struct problem problem;

	assert_true(descriptor >= 0);
	assert_int_equal(write(descriptor, bytes, length), length);
	close(descriptor);
	assert_true(input_open(input, name, NULL, &problem));
	unlink(name);
}

/* The library reads the numbers as long as the input is open. The text of JSON is not needed then,
 * and may be much larger. */
static void test_input_in_memory(void **state)
{
	static const char json[] = "[[1, 2.5], [3, 4]]";
	static const struct {
		uint32_t rows, columns;
		float numbers[4];
	} fbin = {2, 2, {1, 2.5f, 3, 4}};
	struct input input;
	double row[2];

	(void)state;
	open_input(&input, json, strlen(json));
	assert_null(input.file.bytes);
	table_row(&input.table, 0, row);
	assert_true(row[0] == 1 && row[1] == 2.5);
	input_close(&input);

	open_input(&input, &fbin, sizeof(fbin));
	assert_non_null(input.file.bytes);
	assert_ptr_equal(input.table.data, input.file.bytes + 8);
	table_row(&input.table, 1, row);
	assert_true(row[0] == 3 && row[1] == 4);
	input_close(&input);
}

static void test_npy_header(void **state)
{
	unsigned char bytes[NPY_HEADER_SIZE];
	struct npy_header header;
	struct problem problem;
	size_t length;

	(void)state;
	npy_header_write(bytes, "<u4", UINT64_MAX, UINT64_MAX - 1);
	assert_int_equal(bytes[NPY_HEADER_SIZE - 1], '\n');
	assert_true(npy_header_read(bytes, sizeof(bytes), &header, &problem));
	assert_string_equal(header.type, "<u4");
	assert_false(header.fortran_order);
	assert_int_equal(header.dimensions, 2);
	assert_true(header.shape[0] == UINT64_MAX && header.shape[1] == UINT64_MAX - 1);
	assert_int_equal(header.data_offset, NPY_HEADER_SIZE);
	for (length = 0; length < sizeof(bytes); length++)
		assert_false(npy_header_read(bytes, length, &header, &problem));
}

/* The number of bytes that the value takes, or 0 if there is none; `wrong` is the offset where
 * scanning stopped. */
static size_t scanned(const char *text, size_t *wrong)
{
	/* A block of the exact size, so that a sanitizer sees an overrun. */
	size_t length = strlen(text);
	char *block = memcpy(malloc(length ? length : 1), text, length);
	struct json_scan scan = {.text = block, .length = length};
	const char *missing = json_scan_value(&scan);

	*wrong = scan.at;
	json_scan_close(&scan);
	free(block);
	return missing ? 0 : scan.at;
}

static void test_json_scan(void **state)
{
	static const char *const good[] = {
		"1", "-1.5e+3", "NaN", "\"\"", "\"a\\\"b\\\\\"", "\"]\"", "\"a\nb\"",
		"[]", "{}", "[[],{}]", "{\"a\":[1,{\"b\":2}]}", "[ 1 , 2 ]", "[\"}\",\"{\"]",
		"{ \"a\" : 1 , \"a\" : null }"};
	static const struct {
		const char *text;
		size_t at;
	} wrong[] = {
		{"", 0},
		{"[", 1},
		{"]", 0},
		{"[1", 2},
		{"[1}", 2},
		{"[1 2]", 3},
		{"[1,]", 3},
		{"[,1]", 1},
		{"[\"a\":1]", 4},
		{"{1:2}", 1},
		{"{\"a\":1]", 6},
		{"{\"a\" 1}", 5},
		{"{\"a\",1}", 4},
		{"{\"a\":}", 5},
		{"{\"a\":1,}", 7},
		{"{\"a", 3},
		{"\"a", 2},
		{"\"a\\\"", 4},
		{"\"a\\", 3},
		{"\x01", 0},
	};
	static const char *const numbers[] = {"0", "-0", "10", "1.5", "1e5", "1E+5", "1.25e-5"};
	static const char *const others[] = {"", "-", "+1", ".5", "1.", "1e", "1e+", "x"};
	size_t i, at;

	(void)state;
	for (i = 0; i < COUNT(good); i++)
		assert_int_equal(scanned(good[i], &at), strlen(good[i]));
	/* Only the value is scanned, whatever follows it. */
	assert_int_equal(scanned("[1]]", &at), 3);
	assert_int_equal(scanned("1,2", &at), 1);
	for (i = 0; i < COUNT(wrong); i++) {
		assert_int_equal(scanned(wrong[i].text, &at), 0);
		assert_int_equal(at, wrong[i].at);
	}
	for (i = 0; i < COUNT(numbers); i++) {
		struct json_scan scan = {.text = numbers[i], .length = strlen(numbers[i])};

		assert_true(json_scan_number(&scan) && scan.at == scan.length);
	}
	for (i = 0; i < COUNT(others); i++) {
		struct json_scan scan = {.text = others[i], .length = strlen(others[i])};

		assert_false(json_scan_number(&scan));
	}
	/* No digit follows a leading zero. */
	assert_true(json_scan_number(&(struct json_scan){.text = "01", .length = 2}));
}

/* Files cut off at every point of the bytes that identify their format. */
static void test_short_files(void **state)
{
	static const char *const files[] = {
		"PK\3\4aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "\x80\4]\x94.", "\xff\xfe[", "\xef\xbb\xbf[",
		"SQLite format 3", "[\"", "\x93NUMPY\1"};
	struct problem problem;
	struct table table;
	size_t i, length;

	(void)state;
	for (i = 0; i < COUNT(files); i++) {
		for (length = 0; length <= strlen(files[i]); length++) {
			unsigned char *block = memcpy(malloc(length ? length : 1), files[i], length);

			assert_false(input_read(block, length, "x", NULL, &table, &problem));
			assert_true(strlen(problem.text) > 20);
			free(block);
		}
	}
	assert_null(foreign_contents((const unsigned char *)"abcdefgh", 8));
	assert_null(foreign_ending("npy"));
}

static struct record some_record(uint32_t rows_done)
{
	return (struct record){
		.identity = {.rows = 100, .columns = 3, .length = 7, .embeddings = {{1, 2}}},
		.rows_done = rows_done,
	};
}

/* If a write fails or is torn, the previous one is still valid. */
static void test_record_survives_torn_writes(void **state)
{
	char name[] = "/tmp/vkc_record_XXXXXX";
	int file = mkstemp(name);
	struct record record = some_record(10), found;
	unsigned char before[8192], after[8192];
	struct problem problem;
	size_t i, torn;

	(void)state;
	assert_true(file >= 0);
	assert_false(record_load(file, &found));
	assert_true(record_store(file, name, &record, &problem));
	assert_true(record_load(file, &found));
	assert_int_equal(found.rows_done, 10);
	assert_null(identity_difference(&record.identity, &found.identity));
	record.rows_done = 20;
	assert_true(record_store(file, name, &record, &problem));
	assert_int_equal(pread(file, before, sizeof(before), 0), sizeof(before));
	record.rows_done = 30;
	assert_true(record_store(file, name, &record, &problem));
	assert_int_equal(pread(file, after, sizeof(after), 0), sizeof(after));
	assert_true(record_load(file, &found) && found.rows_done == 30);

	/* Only the first `torn` bytes of the last write reach the disk. */
	for (torn = 0; torn < sizeof(after); torn += 4) {
		unsigned char mixed[sizeof(after)];
		uint32_t expected;

		for (i = 0; i < sizeof(mixed); i++)
			mixed[i] = i < torn ? after[i] : before[i];
		assert_int_equal(pwrite(file, mixed, sizeof(mixed), 0), sizeof(mixed));
		assert_true(record_load(file, &found));
		expected = memcmp(mixed, after, sizeof(after)) == 0 ? 30 : 20;
		assert_int_equal(found.rows_done, expected);
	}
	/* A damaged byte is detected. */
	for (i = 0; i < 64; i++) {
		after[4096 + i] ^= 16;
		after[i] ^= 16;
		assert_int_equal(pwrite(file, after, sizeof(after), 0), sizeof(after));
		assert_false(record_load(file, &found));
		after[4096 + i] ^= 16;
		after[i] ^= 16;
	}
	close(file);
	unlink(name);
}

static void test_identity(void **state)
{
	const struct identity one = some_record(0).identity;
	struct identity other = one;

	(void)state;
	assert_null(identity_difference(&one, &other));
	other.embeddings.words[1] ^= 1;
	assert_string_equal(identity_difference(&one, &other), "other embeddings");
	other = one;
	other.length++;
	assert_string_equal(identity_difference(&one, &other), "another --length");
	other = one;
	other.centered = 1;
	assert_string_equal(identity_difference(&one, &other), "--center");
	assert_string_equal(identity_difference(&other, &one), "no --center");
	other = one;
	other.result_version++;
	assert_non_null(identity_difference(&one, &other));
}

/* The places form a path through all leaves, whatever the ties and duplicates. */
static void test_clusters(void **state)
{
	enum {
		LEAVES = 240
	};
	uint32_t places[LEAVES], seen[LEAVES], seed = 1, round, i, j;
	struct clusters clusters;

	(void)state;
	for (round = 0; round < 60; round++) {
		uint32_t leaves = 1 + round * 4, kinds = 1 + round % 7;

		assert_true(clusters_open(&clusters, leaves));
		/* Symmetric, like cosines. Leaves of one kind are duplicates: they have the same
		 * similarities to all others. */
		for (i = 0; i < leaves; i++) {
			for (j = 0; j <= i; j++) {
				uint32_t a = i % kinds, b = j % kinds;
				uint32_t kind = a < b ? a * kinds + b : b * kinds + a;
				double value;

				if (round % 2)
					kind = seed = seed * 1103515245 + 12345;
				value = a == b ? 1 : (double)(kind * 2654435761u >> 20) / 4096;
				clusters.similarities[(size_t)i * leaves + j] = value;
				clusters.similarities[(size_t)j * leaves + i] = value;
			}
		}
		clusters_join(&clusters, places);
		clusters_close(&clusters);
		memset(seen, 0, sizeof(seen));
		for (i = 0; i < leaves; i++) {
			assert_true(places[i] < leaves);
			assert_int_equal(seen[places[i]]++, 0);
		}
		/* Duplicates are adjacent. */
		for (i = 0; round % 2 == 0 && i < leaves; i++)
			for (j = i % kinds; j < leaves; j += kinds)
				assert_true((places[i] > places[j] ? places[i] - places[j]
				                                   : places[j] - places[i]) <=
				            leaves / kinds);
	}
}

/* Relative luminance as defined by the contrast rules of the web (WCAG). */
static double luminance(struct color color)
{
	return 0.2126 * color.red + 0.7152 * color.green + 0.0722 * color.blue;
}

static void test_colors(void **state)
{
	double before = -1;
	int i;

	(void)state;
	for (i = 0; i <= 100; i++) {
		struct color color = color_for(i / 100.0);

		/* Each step is brighter, so that the picture is readable without its colours. */
		assert_true(luminance(color) > before);
		before = luminance(color);
	}
	assert_true(luminance(color_for(0)) < 40);
	assert_true(luminance(color_for(1)) > 200);
	assert_memory_equal(&(struct color[]){color_for(-5)}, &(struct color[]){color_for(0)},
	                    sizeof(struct color));
	assert_memory_equal(&(struct color[]){color_for(7)}, &(struct color[]){color_for(1)},
	                    sizeof(struct color));
}

static void test_picture_clips(void **state)
{
	struct picture picture;

	(void)state;
	assert_true(picture_create(&picture, 10, 5));
	picture_fill(&picture, -3, -3, 100, 100, (struct color){1, 2, 3});
	picture_write(&picture, -7, -7, "clipped 0123");
	picture_write(&picture, 8, 3, "clipped 0123");
	assert_int_equal(picture.pixels[0], 1);
	picture_free(&picture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_input_in_memory),
		cmocka_unit_test(test_npy_header),
		cmocka_unit_test(test_json_scan),
		cmocka_unit_test(test_short_files),
		cmocka_unit_test(test_record_survives_torn_writes),
		cmocka_unit_test(test_identity),
		cmocka_unit_test(test_clusters),
		cmocka_unit_test(test_colors),
		cmocka_unit_test(test_picture_clips),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
