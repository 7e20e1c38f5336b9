/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "allocator.h"

#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <pthread.h>
#include <stddef.h>
#include <string.h>

#include "vulkan_compute.h"

#ifdef __has_feature
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#endif

enum {
	MOST_BLOCKS = 4096
};

static uintptr_t library_begin, library_end;
static bool armed;
static uint64_t armed_first, armed_count;
static uint64_t num_eligible, num_faults;
static int64_t num_live;
static const char *last_fault = "no allocation";

bool allocator_available(void)
{
#ifdef SANITIZED
	return false;
#else
	return true;
#endif
}

void allocator_disarm(void)
{
	armed = false;
}

uint64_t allocator_faults(void)
{
	return num_faults;
}

const char *allocator_fault_name(void)
{
	return last_fault;
}

int64_t allocator_live(void)
{
	return num_live;
}

/* Finds the address range of the library's code. */
static int find_library(struct dl_phdr_info *info, size_t size, void *data)
{
	uintptr_t inside = (uintptr_t)vkc_version;
	uintptr_t begin = UINTPTR_MAX, end = 0;

	(void)size;
	(void)data;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *header = &info->dlpi_phdr[i];
		uintptr_t first = info->dlpi_addr + header->p_vaddr;

		if (header->p_type != PT_LOAD)
			continue;
		if (first < begin)
			begin = first;
		if (first + header->p_memsz > end)
			end = first + header->p_memsz;
	}
	if (inside < begin || inside >= end)
		return 0;
	library_begin = begin;
	library_end = end;
	return 1;
}

void allocator_arm(uint64_t first, uint64_t count)
{
	if (!library_end)
		dl_iterate_phdr(find_library, NULL);
	armed_first = first;
	armed_count = count;
	num_eligible = num_faults = 0;
	last_fault = "no allocation";
	armed = true;
}

#ifndef SANITIZED

/* The functions of the C library, under the names that glibc exports for this purpose. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *block);

static bool is_from_library(const void *caller)
{
	return (uintptr_t)caller >= library_begin && (uintptr_t)caller < library_end;
}

/* Whether this call has to fail. */
static bool fails(const char *name)
{
	uint64_t number;

	if (!armed)
		return false;
	number = __atomic_add_fetch(&num_eligible, 1, __ATOMIC_RELAXED);
	if (number < armed_first || (armed_count && number - armed_first >= armed_count))
		return false;
	__atomic_fetch_add(&num_faults, 1, __ATOMIC_RELAXED);
	last_fault = name;
	errno = ENOMEM;
	return true;
}

/* The live blocks of the library. The caller of free() cannot be determined, because the last call
 * of a function is a jump. So every freed block is looked up here. */
static void *blocks[MOST_BLOCKS];
static size_t most_used;

static void replace(void *old, void *new)
{
	size_t used = __atomic_load_n(&most_used, __ATOMIC_ACQUIRE);

	for (size_t i = 0; i < (old ? used : MOST_BLOCKS); i++) {
		void *expected = old;

		if (!__atomic_compare_exchange_n(&blocks[i], &expected, new, false,
		                                 __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
			continue;
		__atomic_fetch_add(&num_live, (new != NULL) - (old != NULL), __ATOMIC_RELAXED);
		while (i >= used && !__atomic_compare_exchange_n(&most_used, &used, i + 1, false,
		                                                 __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
			;
		return;
	}
}

static void *remember(void *block)
{
	if (block)
		replace(NULL, block);
	return block;
}

void *malloc(size_t size)
{
	if (!is_from_library(__builtin_return_address(0)))
		return __libc_malloc(size);
	if (fails("malloc"))
		return NULL;
	return remember(__libc_malloc(size));
}

void *calloc(size_t count, size_t size)
{
	if (!is_from_library(__builtin_return_address(0)))
		return __libc_calloc(count, size);
	if (fails("calloc"))
		return NULL;
	return remember(__libc_calloc(count, size));
}

void *realloc(void *old, size_t size)
{
	void *block;

	if (!is_from_library(__builtin_return_address(0)))
		return __libc_realloc(old, size);
	if (fails("realloc"))
		return NULL;
	block = __libc_realloc(old, size);
	if (block)
		replace(old, block);
	return block;
}

void *aligned_alloc(size_t alignment, size_t size)
{
	if (!is_from_library(__builtin_return_address(0)))
		return __libc_memalign(alignment, size);
	if (fails("aligned_alloc"))
		return NULL;
	return remember(__libc_memalign(alignment, size));
}

int posix_memalign(void **out, size_t alignment, size_t size)
{
	bool ours = is_from_library(__builtin_return_address(0));

	if (ours && fails("posix_memalign"))
		return ENOMEM;
	*out = __libc_memalign(alignment, size);
	if (ours)
		remember(*out);
	return *out ? 0 : ENOMEM;
}

/* Otherwise the allocation would come from the strdup() of the C library and would not count. */
char *strdup(const char *text)
{
	size_t size = strlen(text) + 1;
	bool ours = is_from_library(__builtin_return_address(0));
	char *copy;

	if (ours && fails("strdup"))
		return NULL;
	copy = __libc_malloc(size);
	if (copy)
		memcpy(copy, text, size);
	return ours ? remember(copy) : copy;
}

void free(void *block)
{
	if (block)
		replace(block, NULL);
	__libc_free(block);
}

/* A thread that cannot be started is a lack of memory as well. */
int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *),
                   void *argument)
{
	static int (*create)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);

	if (is_from_library(__builtin_return_address(0)) && fails("pthread_create"))
		return EAGAIN;
	if (!create)
		*(void **)&create = dlsym(RTLD_NEXT, "pthread_create");
	return create(thread, attributes, start, argument);
}

#endif
