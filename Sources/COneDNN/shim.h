// oneDNN's C API (2.6, op descriptors) and the few entry points of libgomp and libc that Swift
// cannot import as they stand. No logic.
#ifndef GRADTOP_ONEDNN_SHIM_H
#define GRADTOP_ONEDNN_SHIM_H

#include <oneapi/dnnl/dnnl.h>
#include <time.h>

void omp_set_num_threads(int count);
int omp_get_max_threads(void);
int omp_get_num_threads(void);
int omp_get_thread_num(void);
void GOMP_parallel(void (*body)(void *), void *data, unsigned threads, unsigned flags);

// DNNL_MEMORY_ALLOCATE and DNNL_MEMORY_NONE are casting macros.
static inline void *gradtop_dnnl_memory_none(void) { return DNNL_MEMORY_NONE; }

#endif
