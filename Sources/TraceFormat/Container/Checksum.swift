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
  var crc = ~seed
  var index = 0
  castagnoli.withUnsafeBufferPointer { table in
    while index + 8 <= bytes.count {
      let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
      let low = UInt32(truncatingIfNeeded: word) ^ crc
      let high = UInt32(truncatingIfNeeded: word &>> 32)
      let first =
        table[0x700 | Int(low & 0xff)] ^ table[0x600 | Int(low &>> 8 & 0xff)]
        ^ table[0x500 | Int(low &>> 16 & 0xff)] ^ table[0x400 | Int(low &>> 24)]
      let second =
        table[0x300 | Int(high & 0xff)] ^ table[0x200 | Int(high &>> 8 & 0xff)]
        ^ table[0x100 | Int(high &>> 16 & 0xff)] ^ table[Int(high &>> 24)]
      crc = first ^ second
      index += 8
    }
    while index < bytes.count {
      crc = crc &>> 8 ^ table[Int((crc ^ UInt32(bytes[index])) & 0xff)]
      index += 1
    }
  }
  return ~crc
}

/// Eight tables of 256: table k advances a byte over k zero bytes behind it.
private let castagnoli: [UInt32] = {
  var table = [UInt32](repeating: 0, count: 8 * 256)
  for byte in 0..<256 {
    var crc = UInt32(byte)
    for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0x82f6_3b78 : crc >> 1 }
    table[byte] = crc
  }
  for index in 256..<table.count {
    let before = table[index - 256]
    table[index] = before >> 8 ^ table[Int(before & 0xff)]
  }
  return table
}()
