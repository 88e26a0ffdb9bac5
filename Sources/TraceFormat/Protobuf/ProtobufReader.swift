/// Reads the fields of a protobuf message, and throws at bytes that are none.
///
/// Where a field occurs twice, scalars keep the last value and columns append, packed or not. A number
/// too large for its type becomes the largest. Unknown fields are skipped. The bytes must outlive the reader.
package struct ProtobufReader {
  /// No column of ours is longer, and no list of submessages.
  static let maximumElements = 1 << 24
  static let maximumSubmessages = 1 << 20

  private let bytes: UnsafeRawBufferPointer
  private var index = 0
  /// The number of the field whose value comes next.
  package private(set) var field: UInt32 = 0
  private var type = WireType.varint

  package init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
  }

  /// Steps to the next field; false at the end of the message.
  package mutating func next() throws(ProtobufError) -> Bool {
    guard index < bytes.count else { return false }
    let tag = try varint()
    guard tag >> 3 > 0, tag >> 3 < 1 << 29, let type = WireType(rawValue: UInt8(tag & 7)) else {
      throw .malformed(field: UInt32(truncatingIfNeeded: tag >> 3))
    }
    field = UInt32(truncatingIfNeeded: tag >> 3)
    self.type = type
    return true
  }

  /// Steps over the value of a field that we do not know.
  package mutating func skip() throws(ProtobufError) {
    switch type {
    case .varint: _ = try varint()
    case .fixed64: _ = try fixed(UInt64.self)
    case .fixed32: _ = try fixed(UInt32.self)
    case .delimited: _ = try delimited()
    }
  }

  @inline(__always)
  private mutating func varint() throws(ProtobufError) -> UInt64 {
    if index < bytes.count, bytes[index] < 0x80 {
      defer { index += 1 }
      return UInt64(bytes[index])
    }
    return try longVarint()
  }

  private mutating func longVarint() throws(ProtobufError) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while true {
      guard index < bytes.count else { throw .truncated }
      let byte = bytes[index]
      index += 1
      guard shift < 63 || byte <= 1 else { throw .overflow }
      value |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
  }

  private mutating func fixed<Number: FixedWidthInteger>(
    _: Number.Type
  ) throws(ProtobufError) -> Number {
    let size = MemoryLayout<Number>.size
    guard bytes.count - index >= size else { throw .truncated }
    defer { index += size }
    return Number(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: Number.self))
  }

  private mutating func delimited() throws(ProtobufError) -> UnsafeRawBufferPointer {
    let length = try varint()
    guard length <= UInt64(bytes.count - index) else { throw .truncated }
    let end = index + Int(length)
    defer { index = end }
    return UnsafeRawBufferPointer(rebasing: bytes[index..<end])
  }

  private func require(_ wanted: WireType) throws(ProtobufError) {
    guard type == wanted else { throw .malformed(field: field) }
  }
}

// MARK: - Values

extension ProtobufReader {
  package mutating func uint64() throws(ProtobufError) -> UInt64 {
    try require(.varint)
    return try varint()
  }

  package mutating func uint32() throws(ProtobufError) -> UInt32 {
    UInt32(clamping: try uint64())
  }

  package mutating func bool() throws(ProtobufError) -> Bool {
    try uint64() != 0
  }

  package mutating func double() throws(ProtobufError) -> Double {
    try require(.fixed64)
    return Double(bitPattern: try fixed(UInt64.self))
  }

  /// Bytes that are no UTF-8 are replaced, not refused.
  package mutating func string() throws(ProtobufError) -> String {
    String(decoding: try message(), as: UTF8.self)
  }

  /// The bytes of a submessage.
  package mutating func message() throws(ProtobufError) -> UnsafeRawBufferPointer {
    try require(.delimited)
    return try delimited()
  }
}

// MARK: - Columns

extension ProtobufReader {
  package mutating func append<Number: FixedWidthInteger & UnsignedInteger>(
    to column: inout [Number]
  ) throws(ProtobufError) {
    try appendVarints(to: &column) { Number(clamping: $0) }
  }

  /// Zigzag.
  package mutating func append(to column: inout [Int32]) throws(ProtobufError) {
    try appendVarints(to: &column) { number in
      let word = UInt32(truncatingIfNeeded: number)
      return Int32(bitPattern: word >> 1) ^ -Int32(bitPattern: word & 1)
    }
  }

  package mutating func append(to column: inout [Bool]) throws(ProtobufError) {
    try appendVarints(to: &column) { $0 != 0 }
  }

  package mutating func append(to column: inout [Float]) throws(ProtobufError) {
    guard type == .delimited else {
      try require(.fixed32)
      guard column.count < Self.maximumElements else { throw .tooMany(field: field) }
      return column.append(Float(bitPattern: try fixed(UInt32.self)))
    }
    let packed = ProtobufReader(try delimited())
    guard packed.bytes.count % 4 == 0 else { throw .truncated }
    guard column.count + packed.bytes.count / 4 <= Self.maximumElements else {
      throw .tooMany(field: field)
    }
    if column.isEmpty { column.reserveCapacity(packed.bytes.count / 4) }
    for offset in stride(from: 0, to: packed.bytes.count, by: 4) {
      let bits = packed.bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
      column.append(Float(bitPattern: UInt32(littleEndian: bits)))
    }
  }

  @inline(__always)
  private mutating func appendVarints<Element>(
    to column: inout [Element], _ element: (UInt64) -> Element
  ) throws(ProtobufError) {
    guard type == .delimited else {
      guard column.count < Self.maximumElements else { throw .tooMany(field: field) }
      return column.append(element(try uint64()))
    }
    var packed = ProtobufReader(try delimited())
    var rows = 0
    for byte in packed.bytes where byte < 0x80 { rows += 1 }
    guard column.count + rows <= Self.maximumElements else { throw .tooMany(field: field) }
    if column.isEmpty { column.reserveCapacity(rows) }
    while packed.index < packed.bytes.count {
      column.append(element(try packed.varint()))
    }
  }
}

extension Array {
  /// Appends what `decode` makes of a submessage.
  package mutating func append(
    from reader: inout ProtobufReader,
    _ decode: (UnsafeRawBufferPointer) throws(ProtobufError) -> Element
  ) throws(ProtobufError) {
    guard count < ProtobufReader.maximumSubmessages else { throw .tooMany(field: reader.field) }
    append(try decode(try reader.message()))
  }
}
