// SPDX-License-Identifier: MIT
#include <faiss/IndexFlat.h>
#include <faiss/utils/distances.h>

#include "peers.h"

// Declared here because omp.h may belong to another OpenMP runtime than the one FAISS uses.
extern "C" void omp_set_num_threads(int threads);

void faiss_threads(int threads)
{
	omp_set_num_threads(threads);
}

void *faiss_open(const float *rows, uint32_t n, uint32_t d)
{
	auto *index = new faiss::IndexFlatIP(d);
	index->add(n, rows);
	return index;
}

void faiss_close(void *index)
{
	delete static_cast<faiss::IndexFlatIP *>(index);
}

void faiss_search(void *index, const float *rows, uint32_t num_rows, uint32_t k, float *values,
                  int64_t *indices)
{
	static_cast<faiss::IndexFlatIP *>(index)->search(num_rows, rows, k, values, indices);
}

void faiss_products(const float *query, const float *rows, uint32_t n, uint32_t d, float *values)
{
	faiss::fvec_inner_products_ny(values, query, rows, d, n);
}
