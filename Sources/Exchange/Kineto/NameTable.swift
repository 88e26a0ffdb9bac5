import Glibc

/// Texts by number, each stored once; a lookup by bytes makes no string.
struct NameTable {
  private var bytes: [UInt8] = []
  private var ranges: [Range<Int>] = []
  private var slots = [Int32](repeating: -1, count: 1024)

  /// How many there are.
  var count: Int { ranges.count }

  /// The number of the JSON string between quotes `raw`.
  mutating func id(of raw: UnsafeRawBufferPointer) -> Int32 {
    var slot = Int(truncatingIfNeeded: Self.hash(raw)) & (slots.count - 1)
    while slots[slot] >= 0 {
      if equals(ranges[Int(slots[slot])], raw) { return slots[slot] }
      slot = (slot + 1) & (slots.count - 1)
    }
    let id = Int32(ranges.count)
    ranges.append(bytes.count..<bytes.count + raw.count)
    bytes.append(contentsOf: raw)
    slots[slot] = id
    if ranges.count * 2 > slots.count { grow() }
    return id
  }

  /// The text, its escapes resolved, and what is no UTF-8 replaced.
  subscript(id: Int32) -> String { unescaped(bytes[ranges[Int(id)]]) }

  private func equals(_ range: Range<Int>, _ raw: UnsafeRawBufferPointer) -> Bool {
    guard range.count == raw.count, let other = raw.baseAddress else {
      return range.isEmpty && raw.isEmpty
    }
    return bytes.withUnsafeBytes { bytes in
      bytes.baseAddress.map { memcmp($0 + range.lowerBound, other, raw.count) == 0 } ?? false
    }
  }

  private mutating func grow() {
    slots = [Int32](repeating: -1, count: slots.count * 2)
    for (id, range) in ranges.enumerated() {
      let hash = bytes.withUnsafeBytes { Self.hash(.init(rebasing: $0[range])) }
      var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
      while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = Int32(id)
    }
  }

  /// FNV-1a.
  private static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return hash ^ hash >> 29
  }
}

/// JSON's escapes resolved; half a surrogate pair becomes U+FFFD.
func unescaped(_ raw: ArraySlice<UInt8>) -> String {
  guard raw.contains(UInt8(ascii: "\\")) else { return String(decoding: raw, as: UTF8.self) }
  var units: [UInt16] = []
  var result = ""
  func flush() {
    result += String(decoding: units, as: UTF16.self)
    units.removeAll()
  }
  var index = raw.startIndex
  var plain = index
  while index < raw.endIndex {
    guard raw[index] == UInt8(ascii: "\\"), index + 1 < raw.endIndex else {
      index += 1
      continue
    }
    if plain < index {
      flush()
      result += String(decoding: raw[plain..<index], as: UTF8.self)
    }
    let code = raw[index + 1]
    index += 2
    switch code {
    case UInt8(ascii: "n"): units.append(10)
    case UInt8(ascii: "t"): units.append(9)
    case UInt8(ascii: "r"): units.append(13)
    case UInt8(ascii: "b"): units.append(8)
    case UInt8(ascii: "f"): units.append(12)
    case UInt8(ascii: "u"):
      let digits = raw[index...].prefix(4)
      units.append(UInt16(String(decoding: digits, as: UTF8.self), radix: 16) ?? 0xFFFD)
      index += digits.count
    default: units.append(UInt16(code))
    }
    plain = index
  }
  flush()
  if plain < raw.endIndex { result += String(decoding: raw[plain...], as: UTF8.self) }
  return result
}
