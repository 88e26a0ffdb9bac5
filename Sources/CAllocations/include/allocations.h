#pragma once
#include <stdint.h>

/// Who asks for memory: the first of these that a call of malloc, calloc, realloc, posix_memalign
/// or aligned_alloc goes back to, seen from the call outwards.
enum allocation_caller { allocation_program, allocation_onednn, allocation_openmp, allocation_other };

/// Counts the calls of the calling thread from now on, from zero.
void allocations_start(void);

/// Stops counting.
void allocations_stop(void);

/// Calls counted for one of `allocation_caller`.
uint64_t allocations_of(int caller);
