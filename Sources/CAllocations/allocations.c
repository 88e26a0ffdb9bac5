// Stands before the C library's allocator in the program that links it, and counts who calls.

#define _GNU_SOURCE
#include "allocations.h"
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <stddef.h>
#include <string.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static __thread int counting;
static __thread int inside;
static __thread uint64_t counts[4];

static int caller_of(const char *object) {
  const char *slash = strrchr(object, '/');
  const char *name = slash ? slash + 1 : object;
  if (strncmp(name, "libdnnl", 7) == 0) return allocation_onednn;
  if (strncmp(name, "libgomp", 7) == 0) return allocation_openmp;
  // What the C, C++ and Swift libraries ask for, they ask for somebody.
  if (strncmp(name, "lib", 3) == 0 || strncmp(name, "ld-", 3) == 0) return -1;
  return allocation_program;
}

static void note(void) {
  if (!counting || inside) return;
  inside = 1;
  void *frames[64];
  int depth = backtrace(frames, 64), who = allocation_other;
  // The first two frames are this file's.
  for (int i = 2; i < depth; i++) {
    Dl_info info;
    if (!dladdr(frames[i], &info) || !info.dli_fname) continue;
    int found = caller_of(info.dli_fname);
    if (found < 0) continue;
    who = found;
    break;
  }
  counts[who]++;
  inside = 0;
}

void *malloc(size_t size) { note(); return __libc_malloc(size); }
void *calloc(size_t count, size_t size) { note(); return __libc_calloc(count, size); }
void *realloc(void *old, size_t size) { note(); return __libc_realloc(old, size); }
void *aligned_alloc(size_t alignment, size_t size) { note(); return __libc_memalign(alignment, size); }
void *memalign(size_t alignment, size_t size) { note(); return __libc_memalign(alignment, size); }

int posix_memalign(void **result, size_t alignment, size_t size) {
  note();
  void *memory = __libc_memalign(alignment, size);
  if (!memory) return ENOMEM;
  *result = memory;
  return 0;
}

void allocations_start(void) {
  void *frames[4];
  inside = 1;
  backtrace(frames, 4); // Loads the unwinder, which allocates.
  inside = 0;
  memset(counts, 0, sizeof counts);
  counting = 1;
}

void allocations_stop(void) { counting = 0; }

uint64_t allocations_of(int caller) { return counts[caller]; }
