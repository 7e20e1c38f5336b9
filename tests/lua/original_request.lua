-- SPDX-License-Identifier: MIT
-- A script that was written before the library. Its declarations say void where the library returns
-- a result, and it finds the library by name. It must run unchanged.

local ffi = require("ffi")

ffi.cdef[[
    typedef struct VkComputeContext VkComputeContext;

    VkComputeContext* vkc_init(void);
    void vkc_destroy(VkComputeContext* ctx);

    void vkc_upload_embeddings(VkComputeContext* ctx,
                                float* embeddings,
                                uint32_t num_embeddings,
                                uint32_t embedding_dim);

    void vkc_compute_diversity_sequence(VkComputeContext* ctx,
                                         uint32_t start_poem,
                                         uint32_t* output_sequence);

    void vkc_compute_similarity_matrix(VkComputeContext* ctx,
                                        float* output_matrix);
]]

local vkc = ffi.load("vulkan_compute")

local n, dim, start = 120, 24, 17

-- Numbers that float and double represent equally.
local state = 42
local function random()
  state = (state * 16807) % 2147483647
  return math.floor(state / 2048) / 2 ^ 19 - 1
end

local rows = {}
local embeddings = ffi.new("float[?]", n * dim)
for i = 0, n - 1 do
  rows[i] = {}
  for j = 0, dim - 1 do
    rows[i][j] = random()
    embeddings[i * dim + j] = rows[i][j]
  end
end

local ctx = vkc.vkc_init()
assert(ctx ~= nil, "vkc_init returned NULL")
vkc.vkc_upload_embeddings(ctx, embeddings, n, dim)
local sequence = ffi.new("uint32_t[?]", n)
vkc.vkc_compute_diversity_sequence(ctx, start, sequence)
local matrix = ffi.new("float[?]", n * n)
vkc.vkc_compute_similarity_matrix(ctx, matrix)
vkc.vkc_destroy(ctx)

-- The same computation in plain Lua.

local function cosine(a, b)
  local ab, aa, bb = 0, 0, 0
  for j = 0, dim - 1 do
    ab, aa, bb = ab + a[j] * b[j], aa + a[j] * a[j], bb + b[j] * b[j]
  end
  return ab / math.sqrt(aa) / math.sqrt(bb)
end

for i = 0, n - 1 do
  for j = 0, n - 1 do
    local difference = math.abs(matrix[i * n + j] - cosine(rows[i], rows[j]))
    assert(difference <= 6e-8, ("matrix[%d][%d] is off by %g"):format(i, j, difference))
  end
end

local sum, used, chosen = {}, {}, start
for j = 0, dim - 1 do
  sum[j] = 0
end
for step = 0, n - 1 do
  if step > 0 then
    local lowest = math.huge
    for i = 0, n - 1 do
      local score = not used[i] and cosine(rows[i], sum)
      if score and score < lowest then
        lowest, chosen = score, i
      end
    end
  end
  assert(sequence[step] == chosen,
    ("sequence[%d] is %d, expected %d"):format(step, sequence[step], chosen))
  used[chosen] = true
  for j = 0, dim - 1 do
    sum[j] = sum[j] + rows[chosen][j]
  end
end

print(("a sequence of %d and a matrix of %d x %d are right"):format(n, n, n))
