#include "checksum.h"

#include <string.h>

// Eight tables of 256: table k advances a byte over k zero bytes behind it.
static uint32_t table[8][256];

__attribute__((constructor)) static void fill_table(void) {
  for (uint32_t byte = 0; byte < 256; byte++) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; bit++) crc = crc & 1 ? crc >> 1 ^ 0x82f63b78 : crc >> 1;
    table[0][byte] = crc;
  }
  for (int k = 1; k < 8; k++) {
    for (int byte = 0; byte < 256; byte++) {
      uint32_t before = table[k - 1][byte];
      table[k][byte] = before >> 8 ^ table[0][before & 0xff];
    }
  }
}

uint32_t gradtop_crc32c_portable(uint32_t seed, const void *bytes, size_t count) {
  const uint8_t *next = bytes;
  uint32_t crc = ~seed;
  while (count >= 8) {
    uint8_t b[8];
    memcpy(b, next, 8);
    crc = table[7][b[0] ^ (crc & 0xff)] ^ table[6][b[1] ^ (crc >> 8 & 0xff)] ^
          table[5][b[2] ^ (crc >> 16 & 0xff)] ^ table[4][b[3] ^ crc >> 24] ^ table[3][b[4]] ^
          table[2][b[5]] ^ table[1][b[6]] ^ table[0][b[7]];
    next += 8;
    count -= 8;
  }
  while (count-- > 0) crc = crc >> 8 ^ table[0][(crc ^ *next++) & 0xff];
  return ~crc;
}

#if defined(__x86_64__)
#include <nmmintrin.h>

__attribute__((target("sse4.2"))) static uint32_t crc32c_sse42(
    uint32_t seed, const void *bytes, size_t count) {
  const uint8_t *next = bytes;
  uint64_t crc = ~seed;
  while (count >= 8) {
    uint64_t word;
    memcpy(&word, next, 8);
    crc = _mm_crc32_u64(crc, word);
    next += 8;
    count -= 8;
  }
  while (count-- > 0) crc = _mm_crc32_u8((uint32_t)crc, *next++);
  return ~(uint32_t)crc;
}

uint32_t gradtop_crc32c(uint32_t seed, const void *bytes, size_t count) {
  return __builtin_cpu_supports("sse4.2") ? crc32c_sse42(seed, bytes, count)
                                          : gradtop_crc32c_portable(seed, bytes, count);
}
#else
uint32_t gradtop_crc32c(uint32_t seed, const void *bytes, size_t count) {
  return gradtop_crc32c_portable(seed, bytes, count);
}
#endif
