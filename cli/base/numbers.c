/* SPDX-License-Identifier: MIT */
#include "base/numbers.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

bool parse_u32(const char *text, uint32_t *number)
{
	uint64_t value = 0;
	const char *digit;

	for (digit = text; *digit; digit++) {
		if (*digit < '0' || *digit > '9')
			return false;
		value = value * 10 + (uint64_t)(*digit - '0');
		if (value > UINT32_MAX)
			return false;
	}
	*number = (uint32_t)value;
	return digit > text;
}

bool parse_bytes(const char *text, uint64_t *bytes)
{
	static const char units[] = "KMGT";
	const char *unit;
	char *end;
	int shift = 0;

	if (!isdigit((unsigned char)*text))
		return false;
	errno = 0;
	*bytes = strtoull(text, &end, 10);
	if (errno)
		return false;
	if (*end) {
		unit = strchr(units, toupper((unsigned char)*end));
		if (!unit || end[1])
			return false;
		shift = 10 * (int)(unit - units + 1);
	}
	if (*bytes == 0 || *bytes > UINT64_MAX >> shift)
		return false;
	*bytes <<= shift;
	return true;
}

bool parse_seconds(const char *text, double *seconds)
{
	char *end;

	*seconds = strtod(text, &end);
	return end > text && !*end && isfinite(*seconds) && *seconds >= 0;
}

bool parse_range(const char *text, double *low, double *high)
{
	char *end;

	*low = strtod(text, &end);
	if (end == text || *end != ':')
		return false;
	text = end + 1;
	*high = strtod(text, &end);
	return end > text && !*end && *low >= -1 && *low < *high && *high <= 1;
}
