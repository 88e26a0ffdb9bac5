#ifndef GRADTOP_CHECKSUM_H
#define GRADTOP_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

// CRC-32C (Castagnoli, reflected 0x82f63b78) of `count` bytes behind those that gave `seed`;
// with the processor's own instruction where it has one, which Swift cannot name.
uint32_t gradtop_crc32c(uint32_t seed, const void *bytes, size_t count);

// The same without that instruction: for processors without it, and to be held against it.
uint32_t gradtop_crc32c_portable(uint32_t seed, const void *bytes, size_t count);

#endif
