-- SPDX-License-Identifier: MIT
-- Declares the contents of vulkan_compute.h under names of this module's own.
--
-- LuaJIT has one C namespace per process, in which declaring a struct or an enumerator twice raises
-- an error. Scripts may declare the library's functions themselves, before or after loading this
-- module, and the module may be loaded twice. Therefore types and constants have the prefixes
-- VkcLua and VKC_LUA_, functions have the prefix vkc_lua_ and refer to the library's symbol, and
-- everything is declared once. tests/lua/test_cdef.lua compares the declarations with the header.

local ffi = require("ffi")

-- The last type below: if it exists, all declarations do.
local declared = pcall(ffi.typeof, "VkcLuaTimespec")

if not declared then
  ffi.cdef([[
typedef enum VkcLuaResult {
  VKC_LUA_SUCCESS = 0,
  VKC_LUA_ERROR_INVALID_ARGUMENT = -1,
  VKC_LUA_ERROR_NO_DEVICE = -2,
  VKC_LUA_ERROR_OUT_OF_HOST_MEMORY = -3,
  VKC_LUA_ERROR_OUT_OF_DEVICE_MEMORY = -4,
  VKC_LUA_ERROR_DEVICE_LOST = -5,
  VKC_LUA_ERROR_NOT_FINITE = -6,
  VKC_LUA_ERROR_INTERNAL = -7
} VkcLuaResult;

typedef enum VkcLuaType {
  VKC_LUA_FLOAT32 = 0,
  VKC_LUA_FLOAT64 = 1,
  VKC_LUA_FLOAT16 = 2
} VkcLuaType;

typedef enum VkcLuaUploadFlags {
  VKC_LUA_CENTER = 1,
  VKC_LUA_BORROW = 2
} VkcLuaUploadFlags;

typedef enum VkcLuaDeviceType {
  VKC_LUA_DEVICE_OTHER = 0,
  VKC_LUA_DEVICE_INTEGRATED_GPU = 1,
  VKC_LUA_DEVICE_DISCRETE_GPU = 2,
  VKC_LUA_DEVICE_VIRTUAL_GPU = 3,
  VKC_LUA_DEVICE_CPU = 4
} VkcLuaDeviceType;

typedef struct VkcLuaComputeContext VkcLuaComputeContext;

typedef struct VkcLuaOptions {
  uint32_t struct_size;
  uint32_t validation;
  const char *device;
  uint64_t memory_limit;
  const char *tuning;
} VkcLuaOptions;

typedef struct VkcLuaDeviceInfo {
  uint32_t struct_size;
  uint32_t index;
  VkcLuaDeviceType type;
  uint32_t is_default;
  uint32_t vendor_id;
  uint32_t device_id;
  uint32_t api_version;
  uint32_t driver_version;
  uint64_t memory_bytes;
  uint64_t memory_limit;
  uint64_t memory_used;
  uint32_t has_int64;
  uint32_t reserved;
  char name[256];
  char driver[256];
} VkcLuaDeviceInfo;

typedef struct VkcLuaEmbeddings {
  uint32_t struct_size;
  VkcLuaType type;
  const void *data;
  uint32_t num_embeddings;
  uint32_t embedding_dim;
  uint64_t row_stride;
  uint32_t flags;
  uint32_t reserved;
} VkcLuaEmbeddings;

typedef struct VkcLuaDecisionCounts {
  uint32_t struct_size;
  uint32_t reserved;
  uint64_t by_filter;
  uint64_t by_integers;
  uint64_t ties;
} VkcLuaDecisionCounts;

VkcLuaComputeContext *vkc_lua_init(void) __asm__("vkc_init");
VkcLuaResult vkc_lua_init_with_options(const VkcLuaOptions *options, VkcLuaComputeContext **ctx)
  __asm__("vkc_init_with_options");
void vkc_lua_destroy(VkcLuaComputeContext *ctx) __asm__("vkc_destroy");

uint32_t vkc_lua_version(void) __asm__("vkc_version");
uint32_t vkc_lua_result_version(void) __asm__("vkc_result_version");
const char *vkc_lua_result_string(VkcLuaResult result) __asm__("vkc_result_string");
const char *vkc_lua_last_error(const VkcLuaComputeContext *ctx) __asm__("vkc_last_error");
VkcLuaResult vkc_lua_list_devices(uint32_t *count, VkcLuaDeviceInfo *devices)
  __asm__("vkc_list_devices");
VkcLuaResult vkc_lua_get_device_info(const VkcLuaComputeContext *ctx, VkcLuaDeviceInfo *info)
  __asm__("vkc_get_device_info");

VkcLuaResult vkc_lua_upload_embeddings(VkcLuaComputeContext *ctx, const float *embeddings,
  uint32_t num_embeddings, uint32_t embedding_dim) __asm__("vkc_upload_embeddings");
VkcLuaResult vkc_lua_upload(VkcLuaComputeContext *ctx, const VkcLuaEmbeddings *embeddings)
  __asm__("vkc_upload");

VkcLuaResult vkc_lua_compute_diversity_sequence(VkcLuaComputeContext *ctx, uint32_t start,
  uint32_t *output_sequence) __asm__("vkc_compute_diversity_sequence");
VkcLuaResult vkc_lua_compute_diversity_sequences(VkcLuaComputeContext *ctx,
  const uint32_t *prefixes, uint32_t num_sequences, uint32_t prefix_length, uint32_t length,
  uint32_t *output_sequences) __asm__("vkc_compute_diversity_sequences");

VkcLuaResult vkc_lua_continue_diversity_sequences(VkcLuaComputeContext *ctx, uint32_t *sequences,
  uint32_t *lengths, uint32_t num_sequences, uint32_t length, double seconds)
  __asm__("vkc_continue_diversity_sequences");
VkcLuaResult vkc_lua_get_decision_counts(const VkcLuaComputeContext *ctx,
  VkcLuaDecisionCounts *counts) __asm__("vkc_get_decision_counts");
VkcLuaResult vkc_lua_matrix_pays(VkcLuaComputeContext *ctx, uint64_t num_rows, uint32_t *pays)
  __asm__("vkc_matrix_pays");
VkcLuaResult vkc_lua_prepare_matrix(VkcLuaComputeContext *ctx, double seconds, double *fraction)
  __asm__("vkc_prepare_matrix");
VkcLuaResult vkc_lua_compute_similarity_matrix(VkcLuaComputeContext *ctx, float *output_matrix)
  __asm__("vkc_compute_similarity_matrix");
VkcLuaResult vkc_lua_compute_similarity_rows(VkcLuaComputeContext *ctx, uint32_t first_row,
  uint32_t num_rows, float *output_rows) __asm__("vkc_compute_similarity_rows");
VkcLuaResult vkc_lua_compute_similarity_packed(VkcLuaComputeContext *ctx, float *output_packed)
  __asm__("vkc_compute_similarity_packed");
VkcLuaResult vkc_lua_compute_nearest_neighbors(VkcLuaComputeContext *ctx, uint32_t first_row,
  uint32_t num_rows, uint32_t k, uint32_t *output_indices, float *output_similarities)
  __asm__("vkc_compute_nearest_neighbors");

/* From the C library: memory for packed tables, and a clock. */
void *vkc_lua_malloc(size_t size) __asm__("malloc");
int vkc_lua_posix_memalign(void **memory, size_t alignment, size_t size)
  __asm__("posix_memalign");
int vkc_lua_madvise(void *memory, size_t size, int advice) __asm__("madvise");
void vkc_lua_free(void *memory) __asm__("free");
typedef struct VkcLuaTimespec { long seconds; long nanoseconds; } VkcLuaTimespec;
int vkc_lua_clock_gettime(int clock, VkcLuaTimespec *time) __asm__("clock_gettime");
]])
end
