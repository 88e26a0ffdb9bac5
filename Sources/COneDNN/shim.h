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

// Swift's SIMD types have no square root of their own: it would go one by one.
typedef float gradtop_float8 __attribute__((ext_vector_type(8)));
static inline gradtop_float8 gradtop_square_root(gradtop_float8 x) {
  return __builtin_elementwise_sqrt(x);
}

// Nor do they multiply numbers of 64 bits but one by one: the lower halves of four, times a number.
typedef unsigned long long gradtop_ulong4 __attribute__((ext_vector_type(4)));
static inline gradtop_ulong4 gradtop_multiply_halves(gradtop_ulong4 x, unsigned factor) {
  return (x & 0xFFFFFFFFull) * (unsigned long long)factor;
}

// Runs a primitive with the stack pointer `place`, a multiple of 16, behind a multiple of `period`, a
// power of two, but for what the compiler keeps on the stack, which is the same at each call.
static __attribute__((noinline)) dnnl_status_t gradtop_execute_at(
    unsigned place, unsigned period, const_dnnl_primitive_t primitive, dnnl_stream_t stream, int count,
    const dnnl_exec_arg_t *arguments) {
  unsigned long top = (unsigned long)__builtin_alloca(16);
  void *moved = __builtin_alloca((top - place) & (period - 1));
  __asm__ volatile("" : : "r"(moved) : "memory");
  return dnnl_primitive_execute(primitive, stream, count, arguments);
}

// Has this thread, and those that it starts from now on, take numbers below 1.2e-38 as 0.
static inline void gradtop_flush_denormals(void) {
#if defined(__x86_64__)
  // Flush to zero, denormals are zero.
  __builtin_ia32_ldmxcsr(__builtin_ia32_stmxcsr() | 0x8040);
#elif defined(__aarch64__)
  unsigned long control;
  __asm__ volatile("mrs %0, fpcr" : "=r"(control));
  __asm__ volatile("msr fpcr, %0" : : "r"(control | 1ul << 24));
#endif
}

#endif
