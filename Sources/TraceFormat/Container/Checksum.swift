import CChecksum
import CZlib

/// CRC-32 (IEEE 802.3), as MCAP uses it.
///
/// - Parameter seed: what the bytes before these gave.
func crc32(_ bytes: UnsafeRawBufferPointer, continuing seed: UInt32 = 0) -> UInt32 {
  guard let base = bytes.bindMemory(to: UInt8.self).baseAddress else { return seed }
  return UInt32(truncatingIfNeeded: crc32_z(UInt(seed), base, bytes.count))
}

/// CRC-32C (Castagnoli), as the markers use it: another polynomial than MCAP's own checksums.
func crc32c(_ bytes: UnsafeRawBufferPointer, continuing seed: UInt32 = 0) -> UInt32 {
  gradtop_crc32c(seed, bytes.baseAddress, bytes.count)
}
