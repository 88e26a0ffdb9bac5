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

  private mutating func varint() throws(ProtobufError) -> UInt64 {
    try Self.varint(bytes, &index)
  }

  /// The number at `index` of `bytes`, which moves behind it.
  @inline(__always)
  private static func varint(
    _ bytes: UnsafeRawBufferPointer, _ index: inout Int
  ) throws(ProtobufError) -> UInt64 {
    guard index < bytes.count else { throw .truncated }
    var byte = bytes[index]
    var value = UInt64(byte & 0x7f)
    var shift: UInt64 = 7
    index += 1
    while byte >= 0x80 {
      guard index < bytes.count else { throw .truncated }
      byte = bytes[index]
      guard shift < 63 || byte <= 1 else { throw .overflow }
      value |= UInt64(byte & 0x7f) &<< shift
      shift += 7
      index += 1
    }
    return value
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
  package mutating func append<Number: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
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
    let packed = try delimited()
    guard packed.count % 4 == 0 else { throw .truncated }
    try append(rows: packed.count / 4, to: &column) { (place) throws(ProtobufError) in
      for row in place.indices {
        let bits = packed.loadUnaligned(fromByteOffset: row * 4, as: UInt32.self)
        place[row] = Float(bitPattern: UInt32(littleEndian: bits))
      }
    }
  }

  @inline(__always)
  private mutating func appendVarints<Element: BitwiseCopyable>(
    to column: inout [Element], _ element: (UInt64) -> Element
  ) throws(ProtobufError) {
    guard type == .delimited else {
      guard column.count < Self.maximumElements else { throw .tooMany(field: field) }
      return column.append(element(try uint64()))
    }
    let packed = try delimited()
    var rows = 0
    for byte in packed where byte < 0x80 { rows += 1 }
    // Else the bytes end within a number, which would be a row more.
    if let last = packed.last, last >= 0x80 { throw .truncated }
    try append(rows: rows, to: &column) { (place) throws(ProtobufError) in
      var index = 0
      for row in place.indices { place[row] = element(try Self.varint(packed, &index)) }
    }
  }

  /// Appends `rows` elements that `fill` makes, all of them or none: no check for each.
  @inline(__always)
  private func append<Element: BitwiseCopyable>(
    rows: Int, to column: inout [Element],
    _ fill: (UnsafeMutableBufferPointer<Element>) throws(ProtobufError) -> Void
  ) throws(ProtobufError) {
    guard column.count + rows <= Self.maximumElements else { throw .tooMany(field: field) }
    var failure: ProtobufError?
    let filled = [Element](unsafeUninitializedCapacity: rows) { place, count in
      do throws(ProtobufError) {
        try fill(UnsafeMutableBufferPointer(rebasing: place[..<rows]))
        count = rows
      } catch { failure = error }
    }
    if let failure { throw failure }
    if column.isEmpty { column = filled } else { column += filled }
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
