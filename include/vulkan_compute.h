/* SPDX-License-Identifier: MIT
 *
 * vulkan_compute: cosine similarity, nearest neighbours and exact diversity
 * sequences of embeddings, on any Vulkan driver.
 *
 * Diversity sequences have the order of real arithmetic on the uploaded numbers.
 * Similarities come from unit rows that are rounded once, to 30-bit fixed point. The
 * device computes with integers, so every driver returns the same bytes.
 *
 * Conventions for all functions:
 *  - Rows (items) are numbered from 0. Matrices are row-major and packed.
 *  - A function that can fail returns a VkcResult: VKC_SUCCESS is 0, errors are
 *    negative. After an error, vkc_last_error() returns a sentence that says what
 *    went wrong, where, and what to do.
 *  - Arguments belong to the caller, and the library does not refer to them after
 *    the call, except to data uploaded with VKC_BORROW. The caller allocates the memory
 *    for results. If a call fails, the contents of its output are unspecified, and the
 *    uploaded rows stay.
 *  - Structs begin with a struct_size that the caller sets. The size of an older
 *    version is accepted: missing input fields count as 0, and missing output
 *    fields are not written. A size larger than this version's is an invalid
 *    argument: the library is older than the header.
 *  - Thread safety: only one thread at a time may use a context. Different threads
 *    may use different contexts at the same time. A call may start threads of its own,
 *    in which all signals are blocked that no instruction raises; they end before it
 *    returns.
 *  - fork(): a child process cannot use a context or a driver that its parent
 *    initialised. Every function that can fail fails there with
 *    VKC_ERROR_INVALID_ARGUMENT. vkc_destroy() only frees host memory. The child
 *    should end with _exit() or exec(): exit() runs the exit handlers of drivers and
 *    layers, which may wait for threads that exist only in the parent.
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

/* The version of this header: major * 1,000,000 + minor * 1,000 + patch. Before
 * 1.0 a new minor version may change the interface, so the library's file name contains
 * the minor version (libvulkan_compute.so.0.2). */
#define VKC_VERSION_MAJOR 0
#define VKC_VERSION_MINOR 2
#define VKC_VERSION_PATCH 0
#define VKC_VERSION \
	(VKC_VERSION_MAJOR * 1000000 + VKC_VERSION_MINOR * 1000 + VKC_VERSION_PATCH)

typedef enum VkcResult {
	VKC_SUCCESS = 0,
	VKC_ERROR_INVALID_ARGUMENT = -1,     /* the caller's mistake; the call did nothing */
	VKC_ERROR_NO_DEVICE = -2,            /* no loader, driver or suitable device */
	VKC_ERROR_OUT_OF_HOST_MEMORY = -3,   /* the host has no memory left */
	VKC_ERROR_OUT_OF_DEVICE_MEMORY = -4, /* the device is full, or the memory limit is reached */
	VKC_ERROR_DEVICE_LOST = -5,          /* permanent for this context: destroy it */
	VKC_ERROR_NOT_FINITE = -6,           /* an embedding holds NaN or infinity */
	VKC_ERROR_INTERNAL = -7              /* the driver failed unexpectedly */
} VkcResult;

/* The number type of an upload. */
typedef enum VkcType {
	VKC_FLOAT32 = 0, /* IEEE 754 binary32 */
	VKC_FLOAT64 = 1, /* IEEE 754 binary64 */
	VKC_FLOAT16 = 2  /* IEEE 754 binary16, as uint16_t */
} VkcType;

/* Flags of an upload. */
typedef enum VkcUploadFlags {
	VKC_CENTER = 1, /* first subtract the mean row (rounded once, to float64) from every row */
	VKC_BORROW = 2  /* read data in place instead of keeping a copy: the caller promises that it
	                   stays valid and unchanged until a later upload replaces it or
	                   vkc_destroy() has returned */
} VkcUploadFlags;

typedef enum VkcDeviceType {
	VKC_DEVICE_OTHER = 0,
	VKC_DEVICE_INTEGRATED_GPU = 1,
	VKC_DEVICE_DISCRETE_GPU = 2,
	VKC_DEVICE_VIRTUAL_GPU = 3,
	VKC_DEVICE_CPU = 4
} VkcDeviceType;

/* An initialised device with at most one upload. An opaque type. */
typedef struct VkComputeContext VkComputeContext;

/* Options for initialisation. A field that is 0 takes the value of the environment
 * variable named beside it or, if that is unset, the default. Either of validation and
 * VKC_VALIDATION enables validation. */
typedef struct VkcOptions {
	uint32_t struct_size;  /* sizeof(VkcOptions), set by the caller */
	uint32_t validation;   /* VKC_VALIDATION: 1 = enable the Khronos validation layer. A message of
	                          the layer makes the call that caused it fail with
	                          VKC_ERROR_INTERNAL. Default: 0. */
	const char *device;    /* VKC_DEVICE: an index in vkc_list_devices() in decimal, or part of a
	                          device's name, ignoring case. A number below 100 is always an index; a
	                          larger one such as "4090" may be part of a name. Default: the first
	                          device of the best type (discrete, integrated, virtual, CPU). */
	uint64_t memory_limit; /* VKC_MEMORY_LIMIT: maximum bytes of device memory to use. The variable
	                          also accepts 512K, 300M, 2G and 1T. Default: 80 % of the device's
	                          largest heap. On a CPU device also at most 80 % of the memory that is
	                          available at initialisation, within the limits of containers and
	                          batch jobs (control groups). If the driver reports a heap of 2 GiB,
	                          as some do on every machine: half of the available memory if that
	                          is more. */
	const char *tuning;    /* VKC_TUNING: overrides for tests and measurements, "key=value,…".
	                          docs/architecture.md lists the keys. They do not change results,
	                          except for "bound=0". */
} VkcOptions;

/* A description of a device. The library fills it in. */
typedef struct VkcDeviceInfo {
	uint32_t struct_size; /* sizeof(VkcDeviceInfo), set by the caller */
	uint32_t index;       /* position in vkc_list_devices(), from 0 */
	VkcDeviceType type;
	uint32_t is_default; /* 1 if vkc_init() would choose it in the current environment */
	uint32_t vendor_id;  /* PCI vendor id or Khronos vendor id */
	uint32_t device_id;
	uint32_t api_version;    /* VkPhysicalDeviceProperties.apiVersion */
	uint32_t driver_version; /* in the vendor's encoding */
	uint64_t memory_bytes;   /* size of the largest device-local heap */
	uint64_t memory_limit;   /* bytes that the context may use; 0 for a listed device */
	uint64_t memory_used;    /* bytes that the context has allocated; 0 for a listed device */
	uint32_t has_int64;      /* 1 if shaders support 64-bit integers */
	uint32_t reserved;
	char name[256];   /* as the driver reports it, in UTF-8 */
	char driver[256]; /* driver name and version, or "" if unknown */
} VkcDeviceInfo;

/* Embeddings to upload: num_embeddings rows of embedding_dim numbers. */
typedef struct VkcEmbeddings {
	uint32_t struct_size;    /* sizeof(VkcEmbeddings), set by the caller */
	VkcType type;            /* type of the numbers at data */
	const void *data;        /* the first number of the first row */
	uint32_t num_embeddings; /* n >= 1 */
	uint32_t embedding_dim;  /* d >= 1 */
	uint64_t row_stride;     /* bytes from one row to the next, a multiple of a number's size and
	                            at least the bytes of a row; 0 = packed */
	uint32_t flags;          /* VkcUploadFlags or 0 */
	uint32_t reserved;       /* 0 */
} VkcEmbeddings;

/* ---- Contexts ------------------------------------------------------------ */

/* Initialises the device that the environment variables select (see VkcOptions).
 * Returns a new context, which vkc_destroy() releases, or NULL;
 * vkc_last_error(NULL) then says why. */
VKC_API VkComputeContext *vkc_init(void);

/* Like vkc_init(), with options (NULL = all defaults). On success *ctx is a new
 * context; on failure it is NULL and vkc_last_error(NULL) says why.
 * Errors: invalid argument (including a device that does not exist), no device,
 * out of host or device memory, internal. */
VKC_API VkcResult vkc_init_with_options(const VkcOptions *options, VkComputeContext **ctx);

/* Releases a context and all its resources. ctx may be NULL. Waits for the device. If
 * the device hangs, resources that it may still use are not released. */
VKC_API void vkc_destroy(VkComputeContext *ctx);

/* ---- Versions, errors and devices ---------------------------------------- */

/* The VKC_VERSION of the header that the library was built with. */
VKC_API uint32_t vkc_version(void);

/* A number that changes whenever the same input may produce different bytes. Stored
 * with results, it tells whether a later version can continue them. */
VKC_API uint32_t vkc_result_version(void);

/* The name of a result code, such as "VKC_ERROR_NOT_FINITE", in static memory;
 * never NULL. */
VKC_API const char *vkc_result_string(VkcResult result);

/* The message of the last failed call on this context, or "" if none has failed.
 * With NULL, the message of this thread's last failed call without a context
 * (vkc_init, vkc_init_with_options, vkc_list_devices, or any call with a NULL
 * context). Never NULL. The library owns the text, which is valid until the next
 * call. */
VKC_API const char *vkc_last_error(const VkComputeContext *ctx);

/* Lists the supported Vulkan devices in the loader's order. With devices NULL, sets
 * *count to their number. Otherwise *count is the capacity of devices, whose elements
 * must all have the same struct_size, and becomes the number of elements written. A
 * capacity below the number of devices is not an error. If there is no device, the
 * call succeeds and sets *count to 0.
 * Errors: invalid argument, no device (no Vulkan loader), out of host memory. */
VKC_API VkcResult vkc_list_devices(uint32_t *count, VkcDeviceInfo *devices);

/* Describes the device of a context.
 * Errors: invalid argument, device lost. */
VKC_API VkcResult vkc_get_device_info(const VkComputeContext *ctx, VkcDeviceInfo *info);

/* ---- Upload --------------------------------------------------------------- */

/* Uploads num_embeddings x embedding_dim floats, packed, replacing the previous
 * upload. Rows need not be normalised. A zero row is allowed. The library keeps a copy
 * of the numbers in host memory, and nothing else of that size there. While an upload
 * is in progress, the copy of the previous one is there too.
 * Errors: invalid argument, not finite (the message names the first such row and
 * column), out of host memory (if the copy would take more than 80 % of what is free,
 * too) or device memory, device lost. After any error the previous upload stays. */
VKC_API VkcResult vkc_upload_embeddings(VkComputeContext *ctx, const float *embeddings,
                                        uint32_t num_embeddings, uint32_t embedding_dim);

/* Like vkc_upload_embeddings(), with other number types, a row stride, or centring. The
 * copy has the uploaded type and is packed. With VKC_BORROW there is no copy; an upload
 * that fails does not end the promise about the previous data. */
VKC_API VkcResult vkc_upload(VkComputeContext *ctx, const VkcEmbeddings *embeddings);

/* ---- Diversity sequences ---------------------------------------------------
 *
 * Farthest-first traversal from a centroid. Element 0 is the start. Each following
 * element is the unused row whose cosine with the arithmetic mean of the rows chosen
 * so far (as uploaded, or centred with VKC_CENTER) is lowest, in real arithmetic: no
 * rounding decides. Equal cosines, and only those, go to the lowest index. A zero row
 * scores 0. If the mean is zero, all scores are equal. A centred row consists of the
 * float64 numbers that the differences from the mean round to. */

/* Computes the whole sequence from one start.
 * output_sequence: n indices, a permutation of 0 … n-1.
 * Errors: invalid argument (no upload, start >= n), out of host or device
 * memory, device lost. */
VKC_API VkcResult vkc_compute_diversity_sequence(VkComputeContext *ctx, uint32_t start,
                                                 uint32_t *output_sequence);

/* Computes many sequences, or continues existing ones.
 * prefixes: num_sequences x prefix_length indices; no index may repeat within a
 *   prefix. With prefix_length 1, these are the starts.
 * length: elements per result, prefix_length … n.
 * output_sequences: num_sequences x length indices; each row begins with its prefix.
 * num_sequences 0 does nothing. The context keeps the matrix and the pipelines, so a
 * long job may be split into calls of any size. If the matrix fits the memory limit,
 * it is computed once the sequences of this call and earlier ones need so many of its
 * rows that this pays; until then, the rows are computed one by one.
 * Errors: as vkc_compute_diversity_sequence(). */
VKC_API VkcResult vkc_compute_diversity_sequences(VkComputeContext *ctx, const uint32_t *prefixes,
                                                  uint32_t num_sequences, uint32_t prefix_length,
                                                  uint32_t length, uint32_t *output_sequences);

/* Continues sequences in place for about the given time, so that long work can report
 * progress and be interrupted. Call it again until every length is `length`.
 * sequences: num_sequences x length indices, of which the first lengths[i] of row i are
 *   given; no index may repeat among them. The other elements are written.
 * lengths: how many elements of each sequence there are, 1 … length; set to how many
 *   there are now. They may differ. They never fall, and stay right if the call fails:
 *   so many elements of each sequence are then valid.
 * length: elements of a complete sequence, 1 … n.
 * seconds: finite, above 0. Every successful call makes progress, which may take
 *   longer: it adds to at least one sequence that is not complete, or computes a part
 *   of the matrix. The matrix is computed first if this pays.
 * The library decides how many sequences it computes at once, from the speed that it
 * measures. Where sequences share much work, as without the matrix, a call may take up
 * to four times as long. The longest sequences are continued first. A sequence is left
 * incomplete only if it takes longer than a call; the next call then repeats its
 * elements, for at most half of its time. Give many sequences at once: they may share
 * work. The results are those of vkc_compute_diversity_sequences().
 * num_sequences 0 does nothing.
 * Errors: as vkc_compute_diversity_sequence(). */
VKC_API VkcResult vkc_continue_diversity_sequences(VkComputeContext *ctx, uint32_t *sequences,
                                                   uint32_t *lengths, uint32_t num_sequences,
                                                   uint32_t length, double seconds);

/* How the near steps of diversity sequences were decided: those at which the device's scores are
 * too close to tell which item is next. The library fills it in. */
typedef struct VkcDecisionCounts {
	uint32_t struct_size; /* sizeof(VkcDecisionCounts), set by the caller */
	uint32_t reserved;
	uint64_t by_filter;   /* steps decided in float64, whose error is bounded */
	uint64_t by_integers; /* steps decided by exact arithmetic */
	uint64_t ties;        /* of these, steps between equal scores: the lowest index was chosen */
} VkcDecisionCounts;

/* Counts the near steps of all calls since the last upload that the host has decided. Those that
 * the device decides do not count: between equal rows, and on GPUs mostly in sets whose numbers
 * are one factor times integers from -128 to 127. */
VKC_API VkcResult vkc_get_decision_counts(const VkComputeContext *ctx, VkcDecisionCounts *counts);

/* ---- Similarity ---------------------------------------------------------------
 *
 * The cosine of two rows as a float, correctly rounded from 30-bit fixed point. The
 * matrix is exactly symmetric. The diagonal is exactly 1, except that all elements of
 * a zero row are exactly 0. */

/* Says whether computing the whole matrix pays, compared with computing num_rows more of
 * its rows one by one. The functions below and those for sequences decide in the same
 * way, and compute the matrix within the call. Ask here first, and then call
 * vkc_prepare_matrix() until its fraction is 1, to show progress or allow interruption.
 * num_rows: a sequence needs the row of each item but its last. Rows that are read from
 *   the first one down do not count: they take no more time with the matrix.
 * pays: set to 1 or 0. It is also 1 when the matrix is computed already, and 0 when it
 *   is known not to fit the memory limit.
 * Errors: invalid argument (no upload), device lost. */
VKC_API VkcResult vkc_matrix_pays(VkComputeContext *ctx, uint64_t num_rows, uint32_t *pays);

/* Computes the matrix into device memory for about the given time, so that long work
 * can report progress and be interrupted. Later calls use what is already computed.
 * seconds: finite, at least 0. Every call computes at least one step, which may take
 *   longer; 0 computes just that step.
 * fraction: set to the share of the matrix that is computed. It grows with each
 *   successful call and ends at 1. If the matrix does not fit the memory limit, it is
 *   1 at once, and nothing is stored; the other functions work without it.
 * Errors: invalid argument (no upload, seconds), out of host or device memory,
 * device lost. After any error the matrix may have to be computed again from the
 * beginning. */
VKC_API VkcResult vkc_prepare_matrix(VkComputeContext *ctx, double seconds, double *fraction);

/* Computes the whole matrix.
 * output_matrix: n x n floats.
 * Errors: invalid argument (no upload), out of host or device memory, device lost. */
VKC_API VkcResult vkc_compute_similarity_matrix(VkComputeContext *ctx, float *output_matrix);

/* Computes rows first_row … first_row + num_rows - 1 of the matrix.
 * output_rows: num_rows x n floats.
 * num_rows 0 does nothing. Computes only the requested rows, unless the whole matrix
 * is already computed. If calls of any size request all rows in order and the matrix
 * fits the memory limit, each pair is computed only once.
 * Errors: as vkc_compute_similarity_matrix(), and invalid argument for rows that do
 * not exist. */
VKC_API VkcResult vkc_compute_similarity_rows(VkComputeContext *ctx, uint32_t first_row,
                                              uint32_t num_rows, float *output_rows);

/* Computes the elements above the diagonal, row by row: (0,1) … (0,n-1), (1,2) …, in
 * the order of SciPy's pdist.
 * output_packed: n (n - 1) / 2 floats; may be NULL if n is 1.
 * Errors: as vkc_compute_similarity_matrix(). */
VKC_API VkcResult vkc_compute_similarity_packed(VkComputeContext *ctx, float *output_packed);

/* Finds, for each of the rows first_row … first_row + num_rows - 1, the k other rows
 * with the highest similarity. The highest comes first, and ties go to the lowest
 * index: the order of a stable descending sort of that row of the similarity matrix,
 * without the row itself.
 * k: 1 … n - 1.
 * output_indices, output_similarities: num_rows x k elements each; one of them may be
 *   NULL.
 * num_rows 0 does nothing.
 * Errors: as vkc_compute_similarity_matrix(), and invalid argument for rows that do
 * not exist or another k. */
VKC_API VkcResult vkc_compute_nearest_neighbors(VkComputeContext *ctx, uint32_t first_row,
                                                uint32_t num_rows, uint32_t k,
                                                uint32_t *output_indices,
                                                float *output_similarities);

#ifdef __cplusplus
}
#endif

#endif
