// SPDX-License-Identifier: MIT
//
// 64-bit integer arithmetic, with the device's own 64-bit integers (INT64=1) or
// with pairs of 32-bit ones (INT64=0): the same values bit by bit.

#ifndef EXACT_GLSL
#define EXACT_GLSL

// a * b / 2^32, rounded down.
uint u32_mul_high(uint a, uint b)
{
	uint high, low;
	umulExtended(a, b, high, low);
	return high;
}

#if INT64
#extension GL_EXT_shader_explicit_arithmetic_types_int64 : require

#define I64 int64_t
#define I64_ZERO 0l

I64 i64_mul_add(I64 sum, int a, int b)
{
	return sum + int64_t(a) * int64_t(b);
}

I64 i64_add(I64 a, I64 b)
{
	return a + b;
}

I64 i64_from_parts(uint low, uint high)
{
	return int64_t((uint64_t(high) << 32) | uint64_t(low));
}

uint i64_low(I64 a)
{
	return uint(a);
}

uint i64_high(I64 a)
{
	return uint(uint64_t(a) >> 32);
}

// a * b / 2^shift, rounded towards zero, so that opposite values of b cancel, added to
// sum; a is not negative, shift is 1 to 31.
I64 i64_mul_shift_add(I64 sum, int a, int b, int shift)
{
	uint up = uint(b >> 31) >> (32 - shift); // 2^shift - 1 for a negative product
	return sum + ((int64_t(a) * int64_t(b) + int64_t(up)) >> shift);
}

// a * b / 2^shift, rounded down; shift is 1 to 63.
I64 u64_mul_shift(uint a, uint b, uint shift)
{
	return int64_t((uint64_t(a) * uint64_t(b)) >> shift);
}

// a is not negative, shift is 0 to 63.
I64 i64_shift_down(I64 a, uint shift)
{
	return int64_t(uint64_t(a) >> shift);
}

// sum + a * 2^shift; shift is 0 to 31.
I64 i64_add_shifted(I64 sum, uint a, uint shift)
{
	return sum + int64_t(uint64_t(a) << shift);
}

I64 i64_sub(I64 a, I64 b)
{
	return a - b;
}

I64 i64_and(I64 a, I64 b)
{
	return a & b;
}

I64 i64_or(I64 a, I64 b)
{
	return a | b;
}

I64 i64_min(I64 a, I64 b)
{
	return min(a, b);
}

bool i64_less(I64 a, I64 b)
{
	return a < b;
}

#else

#define I64 uvec2 // x: low word, y: high word, two's complement
#define I64_ZERO uvec2(0u)

I64 i64_add(I64 a, I64 b)
{
	uint carry;
	uint low = uaddCarry(a.x, b.x, carry);
	return uvec2(low, a.y + b.y + carry);
}

I64 i64_mul_add(I64 sum, int a, int b)
{
	int high, low;
	imulExtended(a, b, high, low);
	return i64_add(sum, uvec2(uint(low), uint(high)));
}

I64 i64_from_parts(uint low, uint high)
{
	return uvec2(low, high);
}

uint i64_low(I64 a)
{
	return a.x;
}

uint i64_high(I64 a)
{
	return a.y;
}

I64 i64_mul_shift_add(I64 sum, int a, int b, int shift)
{
	int high, low;
	imulExtended(a, b, high, low);
	uint up = uint(b >> 31) >> (32 - shift); // 2^shift - 1 for a negative product
	I64 product = i64_add(uvec2(uint(low), uint(high)), uvec2(up, 0u));
	uint shifted = (product.x >> shift) | (product.y << (32 - shift));
	return i64_add(sum, uvec2(shifted, uint(int(product.y) >> shift)));
}

// a is not negative, shift is 0 to 63.
I64 i64_shift_down(I64 a, uint shift)
{
	// No word is shifted by 32, which is undefined, not even where the result is not used.
	uint within = shift & 31u;
	uint high = a.y >> within;
	uint low = (a.x >> within) | ((a.y << 1u) << (31u - within));
	return shift < 32u ? uvec2(low, high) : uvec2(high, 0u);
}

// a * b / 2^shift, rounded down; shift is 1 to 63.
I64 u64_mul_shift(uint a, uint b, uint shift)
{
	uint high, low;
	umulExtended(a, b, high, low);
	return i64_shift_down(uvec2(low, high), shift);
}

// sum + a * 2^shift; shift is 0 to 31.
I64 i64_add_shifted(I64 sum, uint a, uint shift)
{
	return i64_add(sum, uvec2(a << shift, (a >> 1) >> (31u - shift)));
}

I64 i64_sub(I64 a, I64 b)
{
	uint borrow;
	uint low = usubBorrow(a.x, b.x, borrow);
	return uvec2(low, a.y - b.y - borrow);
}

bool i64_less(I64 a, I64 b)
{
	return int(a.y) < int(b.y) || (a.y == b.y && a.x < b.x);
}

I64 i64_and(I64 a, I64 b)
{
	return a & b;
}

I64 i64_or(I64 a, I64 b)
{
	return a | b;
}

I64 i64_min(I64 a, I64 b)
{
	return i64_less(a, b) ? a : b;
}

#endif

// Above all scores.
#define NO_SCORE i64_from_parts(0xffffffffu, 0x7fffffffu)

#endif
