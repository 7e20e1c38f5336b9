/* SPDX-License-Identifier: MIT
 *
 * vulkan_compute: exact cosine similarity, nearest neighbours and diversity
 * sequences of embeddings, on any Vulkan driver.
 *
 * Exact: the host rounds each unit row once to 30-bit fixed point, everything
 * after that is integer arithmetic, so every driver returns the same bytes.
 *
 * Conventions, for every function below:
 *  - Rows (items) are numbered from 0. Matrices are row-major and packed.
 *  - A function that can fail returns a VkcResult: VKC_SUCCESS is 0, errors are
 *    negative. vkc_last_error() then holds one sentence: what, where, what to do.
 *  - Memory passed in belongs to the caller and is not kept after the call.
 *    Memory for results is allocated by the caller. When a call fails, the
 *    contents of its output are unspecified; the rows uploaded before stay.
 *  - Thread safety: one thread at a time may use a context. Different contexts
 *    may be used by different threads at the same time.
 *  - fork(): a child process cannot use what its parent initialised; every call
 *    answers VKC_ERROR_INVALID_ARGUMENT there, and vkc_destroy() only frees
 *    host memory. The child must end with _exit() or exec(): exit() runs the
 *    exit handlers of drivers and layers, which may wait for their threads, and
 *    a child has none of its parent's threads.
 *  - The library prints nothing, installs no signal handlers and never exits.
 */
#ifndef VULKAN_COMPUTE_H
#define VULKAN_COMPUTE_H

#include <stdint.h>

#if defined(__GNUC__)
#define VKC_API __attribute__((visibility("default")))
#else
#define VKC_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* The version of this header: major * 1,000,000 + minor * 1,000 + patch. */
#define VKC_VERSION_MAJOR 0
#define VKC_VERSION_MINOR 1
#define VKC_VERSION_PATCH 0
#define VKC_VERSION \
	(VKC_VERSION_MAJOR * 1000000 + VKC_VERSION_MINOR * 1000 + VKC_VERSION_PATCH)

typedef enum VkcResult {
	VKC_SUCCESS = 0,
	VKC_ERROR_INVALID_ARGUMENT = -1,     /* the caller's mistake; nothing was done */
	VKC_ERROR_NO_DEVICE = -2,            /* no loader, driver or fitting device */
	VKC_ERROR_OUT_OF_HOST_MEMORY = -3,   /* the process's memory ran out */
	VKC_ERROR_OUT_OF_DEVICE_MEMORY = -4, /* the device's, or the limit set for it */
	VKC_ERROR_DEVICE_LOST = -5,          /* final for this context: destroy it */
	VKC_ERROR_NOT_FINITE = -6,           /* an embedding holds NaN or infinity */
	VKC_ERROR_INTERNAL = -7              /* the driver failed in an unforeseen way */
} VkcResult;

/* What the numbers of an upload are. */
typedef enum VkcType {
	VKC_FLOAT32 = 0, /* IEEE 754 binary32 */
	VKC_FLOAT64 = 1, /* IEEE 754 binary64 */
	VKC_FLOAT16 = 2  /* IEEE 754 binary16, as uint16_t */
} VkcType;

/* Flags of an upload. */
typedef enum VkcUploadFlags {
	VKC_CENTER = 1 /* subtract the mean row (rounded once, to float64) from every row first */
} VkcUploadFlags;

typedef enum VkcDeviceType {
	VKC_DEVICE_OTHER = 0,
	VKC_DEVICE_INTEGRATED_GPU = 1,
	VKC_DEVICE_DISCRETE_GPU = 2,
	VKC_DEVICE_VIRTUAL_GPU = 3,
	VKC_DEVICE_CPU = 4
} VkcDeviceType;

/* An initialised device with at most one upload. Opaque. */
typedef struct VkComputeContext VkComputeContext;

/* How to initialise. Zero a field to leave it to the environment variable named
 * beside it, and, where that is unset too, to the default. */
typedef struct VkcOptions {
	uint32_t struct_size;  /* sizeof(VkcOptions), set by the caller */
	uint32_t validation;   /* VKC_VALIDATION: 1 = run under the Khronos validation layer; a message
	                          of it makes the call that caused it fail with VKC_ERROR_INTERNAL.
	                          Default 0. */
	const char *device;    /* VKC_DEVICE: an index of vkc_list_devices() in decimal, or a part of a
	                          device's name, upper and lower case alike (a number below 100 is an
	                          index in any case, "4090" a name). Default: the first of the best
	                          kind (discrete, integrated, virtual, CPU). */
	uint64_t memory_limit; /* VKC_MEMORY_LIMIT: bytes of device memory to use; the variable
	                          also takes 512K, 300M, 2G. Default: 80 % of the device's largest heap,
	                          and on a CPU device of the memory available when initialised, a
	                          container's limit included; half of that where the driver reports a
	                          heap of 2 GiB whatever the machine has. */
	const char *tuning;    /* VKC_TUNING: overrides for tests and measurements, "key=value,…" as
	                          listed in docs/architecture.md. Results do not depend on it. */
} VkcOptions;

/* What is known of a device. Filled by the library. */
typedef struct VkcDeviceInfo {
	uint32_t struct_size; /* sizeof(VkcDeviceInfo), set by the caller */
	uint32_t index;       /* position in vkc_list_devices(), from 0 */
	VkcDeviceType type;
	uint32_t is_default; /* 1 for the one that vkc_init() would choose, environment included */
	uint32_t vendor_id;  /* PCI vendor, or a Khronos vendor id */
	uint32_t device_id;
	uint32_t api_version;    /* VkPhysicalDeviceProperties.apiVersion */
	uint32_t driver_version; /* in the vendor's own encoding */
	uint64_t memory_bytes;   /* size of the largest device-local heap */
	uint64_t memory_limit;   /* of a context: bytes it may use; of a listed device: 0 */
	uint64_t memory_used;    /* of a context: bytes of device memory allocated now */
	uint32_t has_int64;      /* 1 when shaders have 64-bit integers */
	uint32_t reserved;
	char name[256];   /* as the driver gives it, UTF-8 */
	char driver[256]; /* driver name and version, or "" where the driver does not say */
} VkcDeviceInfo;

/* Embeddings to upload: num_embeddings rows of embedding_dim numbers. */
typedef struct VkcEmbeddings {
	uint32_t struct_size;    /* sizeof(VkcEmbeddings), set by the caller */
	VkcType type;            /* of the numbers at data */
	const void *data;        /* the first number of the first row */
	uint32_t num_embeddings; /* n >= 1 */
	uint32_t embedding_dim;  /* d >= 1 */
	uint64_t row_stride;     /* bytes from one row to the next, a multiple of the number's size and
	                            at least a row's bytes; 0 = packed */
	uint32_t flags;          /* VkcUploadFlags or 0 */
	uint32_t reserved;       /* 0 */
} VkcEmbeddings;

/* ---- Life of a context ------------------------------------------------- */

/* Initialises the default device, as the environment variables say (VkcOptions).
 * Returns a new context, to be released with vkc_destroy(), or NULL:
 * vkc_last_error(NULL) then says why. */
VKC_API VkComputeContext *vkc_init(void);

/* As vkc_init(), with options (NULL = all defaults). On success *ctx is a new
 * context; on failure it is NULL and vkc_last_error(NULL) says why.
 * Errors: invalid argument (also: a device that was named is not there), no
 * device, out of host or device memory, internal. */
VKC_API VkcResult vkc_init_with_options(const VkcOptions *options, VkComputeContext **ctx);

/* Releases a context and all that it holds. NULL is fine. Waits for the device; what
 * one that hangs may still use is left to the end of the process. */
VKC_API void vkc_destroy(VkComputeContext *ctx);

/* ---- What there is ------------------------------------------------------ */

/* VKC_VERSION of the header the library was built with. */
VKC_API uint32_t vkc_version(void);

/* A number that changes whenever the same input could give other bytes than
 * before: files of results carry it to know whether they may be continued. */
VKC_API uint32_t vkc_result_version(void);

/* The name of a result code, such as "VKC_ERROR_NOT_FINITE"; never NULL.
 * Static memory. */
VKC_API const char *vkc_result_string(VkcResult result);

/* The sentence of the last failed call on this context, or "" when none has
 * failed; with NULL, that of this thread's last failed call without a context
 * (vkc_init, vkc_init_with_options, vkc_list_devices, or a NULL context).
 * Never NULL. Belongs to the library; valid until the next call. */
VKC_API const char *vkc_last_error(const VkComputeContext *ctx);

/* The Vulkan devices that can be used, in the loader's order. Two calls: with
 * devices NULL, *count becomes their number; otherwise *count is the capacity of
 * devices, each with its struct_size set, and becomes the number written. Fewer
 * than there are is not an error. None at all is success with *count 0.
 * Errors: invalid argument, no device (no Vulkan loader), out of host memory. */
VKC_API VkcResult vkc_list_devices(uint32_t *count, VkcDeviceInfo *devices);

/* The device of a context. Errors: invalid argument, device lost. */
VKC_API VkcResult vkc_get_device_info(const VkComputeContext *ctx, VkcDeviceInfo *info);

/* ---- Upload --------------------------------------------------------------- */

/* Uploads num_embeddings x embedding_dim floats, packed, replacing the previous
 * upload. Rows need not be normalised. A zero row is allowed.
 * Errors: invalid argument, not finite (naming the first row and column), out of
 * host or device memory, device lost; on each of these the previous upload stays. */
VKC_API VkcResult vkc_upload_embeddings(VkComputeContext *ctx, const float *embeddings,
                                        uint32_t num_embeddings, uint32_t embedding_dim);

/* The same with other number types, a row stride, or centring. */
VKC_API VkcResult vkc_upload(VkComputeContext *ctx, const VkcEmbeddings *embeddings);

/* ---- Diversity sequences ---------------------------------------------------
 *
 * Element 0 is the start; each next element is the unused row whose cosine with
 * the arithmetic mean of the rows chosen so far (as uploaded, centred if asked)
 * is lowest. Ties go to the lowest index; a zero row scores 0; if the mean is
 * zero, all scores are equal. Farthest-first traversal from a centroid. */

/* The whole sequence from one start.
 * output_sequence: n indices, a permutation of 0 … n-1.
 * Errors: invalid argument (no upload, start >= n), out of host or device
 * memory, device lost. */
VKC_API VkcResult vkc_compute_diversity_sequence(VkComputeContext *ctx, uint32_t start,
                                                 uint32_t *output_sequence);

/* Many sequences, or continuations of them.
 * prefixes: num_sequences x prefix_length indices, without repetition in a row;
 *   prefix_length 1 is a batch of starts.
 * length: elements of each result, prefix_length … n.
 * output_sequences: num_sequences x length indices; each row begins with its prefix.
 * num_sequences 0 does nothing. The matrix and the pipelines stay in the context:
 * a long job may be asked for in pieces of any size. Where the matrix fits the memory,
 * it is computed as soon as the sequences, this call's and earlier ones', take more
 * than an eighth of its rows; fewer are computed one by one.
 * Errors: as vkc_compute_diversity_sequence(). */
VKC_API VkcResult vkc_compute_diversity_sequences(VkComputeContext *ctx, const uint32_t *prefixes,
                                                  uint32_t num_sequences, uint32_t prefix_length,
                                                  uint32_t length, uint32_t *output_sequences);

/* ---- Similarity ---------------------------------------------------------------
 *
 * The cosine of two rows as a float, correctly rounded from 30-bit fixed point:
 * exactly symmetric, exactly 1 on the diagonal, exactly 0 for a zero row (its own
 * diagonal element too). */

/* The whole matrix. output_matrix: n x n floats.
 * Errors: invalid argument (no upload), out of host or device memory, device lost. */
VKC_API VkcResult vkc_compute_similarity_matrix(VkComputeContext *ctx, float *output_matrix);

/* Rows first_row … first_row + num_rows - 1 of the matrix.
 * output_rows: num_rows x n floats. num_rows 0 does nothing. Computes only what
 * is asked for, where the whole matrix is not there yet; whoever asks for all rows in
 * order, in pieces of any size, has each pair computed once, where the matrix fits. */
VKC_API VkcResult vkc_compute_similarity_rows(VkComputeContext *ctx, uint32_t first_row,
                                              uint32_t num_rows, float *output_rows);

/* What lies above the diagonal, row by row: (0,1) … (0,n-1), (1,2) …; the order
 * of SciPy's pdist. output_packed: n (n - 1) / 2 floats; may be NULL when n is 1. */
VKC_API VkcResult vkc_compute_similarity_packed(VkComputeContext *ctx, float *output_packed);

/* For each of the rows first_row … first_row + num_rows - 1 the k other rows with
 * the highest similarity, highest first, ties by lowest index, never itself: the
 * order of a stable descending sort of that row of the similarity matrix.
 * k: 1 … n - 1.
 * output_indices, output_similarities: num_rows x k each; one of them may be NULL
 * when not wanted. num_rows 0 does nothing. */
VKC_API VkcResult vkc_compute_nearest_neighbors(VkComputeContext *ctx, uint32_t first_row,
                                                uint32_t num_rows, uint32_t k,
                                                uint32_t *output_indices,
                                                float *output_similarities);

#ifdef __cplusplus
}
#endif

#endif
