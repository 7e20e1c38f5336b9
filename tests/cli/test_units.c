/* SPDX-License-Identifier: MIT
 *
 * The parts of the command line program that can be tried alone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "npy_header.h"
#include "numbers.h"
#include "pace.h"
#include "picture.h"
#include "record.h"

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

static struct record some_record(uint32_t rows_done)
{
	return (struct record){
		.identity = {.rows = 100, .columns = 3, .length = 7, .embeddings = {{1, 2}}},
		.rows_done = rows_done,
	};
}

/* Whatever becomes of one write, the one before still stands. */
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

	/* Only the first `torn` bytes of the last write reached the disk. */
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
	/* A damaged byte is noticed. */
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

/* The size of batches after many calls of a device that needs `fixed` seconds a call and `each`
 * a sequence. */
static uint32_t settled(double fixed, double each, uint32_t most)
{
	struct pace pace;
	int i;

	pace_begin(&pace, most, 0);
	for (i = 0; i < 200; i++) {
		assert_in_range(pace.batch, 1, most);
		pace_update(&pace, pace.batch, fixed + each * pace.batch);
	}
	return pace.batch;
}

static void test_pace(void **state)
{
	struct pace pace;

	(void)state;
	/* About a second where nothing is gained by more. */
	assert_in_range(settled(0, 0.01, 100000), 50, 200);
	assert_in_range(settled(0, 0.07, 100000), 4, 32);
	/* All at once where that is quick. */
	assert_int_equal(settled(0, 1e-6, 1000), 1000);
	/* More than a second where that is much faster, but not much more than eight. */
	assert_in_range(settled(2, 0.001, 100000), 1000, 8000);
	/* One by one where one takes a minute. */
	assert_int_equal(settled(0, 60, 1000), 1);

	pace_begin(&pace, 1000, 7);
	pace_update(&pace, 7, 0.001);
	pace_update(&pace, 7, 0.001);
	assert_int_equal(pace.batch, 7);
}

/* Relative luminance, as the contrast rules of the web define it. */
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

		/* Brighter with every step, so that the picture can be read without its colours. */
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
		cmocka_unit_test(test_npy_header),
		cmocka_unit_test(test_record_survives_torn_writes),
		cmocka_unit_test(test_identity),
		cmocka_unit_test(test_pace),
		cmocka_unit_test(test_colors),
		cmocka_unit_test(test_picture_clips),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
