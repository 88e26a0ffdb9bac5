/// Appends the fields of a protobuf message to a buffer, byte for byte as `protoc` does.
///
/// A scalar that is 0, false or empty is left out, as proto3 asks.
extension ByteBuffer {
  package mutating func appendVarint(_ value: UInt64) {
    append(upTo: 10) { room in
      guard var cursor = room.baseAddress else { return 0 }
      return writeVarint(value, to: &cursor)
    }
  }

  private mutating func appendTag(_ field: UInt32, _ type: WireType) {
    appendVarint(UInt64(field << 3 | UInt32(type.rawValue)))
  }

  package mutating func appendField(_ field: UInt32, _ value: UInt64) {
    guard value != 0 else { return }
    appendTag(field, .varint)
    appendVarint(value)
  }

  package mutating func appendField(_ field: UInt32, _ value: UInt32) {
    appendField(field, UInt64(value))
  }

  package mutating func appendField(_ field: UInt32, _ value: Bool) {
    appendField(field, value ? UInt64(1) : 0)
  }

  package mutating func appendField(_ field: UInt32, _ value: Double) {
    if value.bitPattern != 0 { appendField(field, present: value) }
  }

  /// A field with presence: written where it is not nil, even if 0.
  package mutating func appendField(_ field: UInt32, present value: Double?) {
    guard let value else { return }
    appendTag(field, .fixed64)
    append(littleEndian: value.bitPattern)
  }

  package mutating func appendField(_ field: UInt32, _ value: String) {
    var value = value
    value.withUTF8 { text in
      if !text.isEmpty { appendField(field, delimited: UnsafeRawBufferPointer(text)) }
    }
  }

  /// A field with presence: written where it is not nil, even if 0.
  package mutating func appendField(_ field: UInt32, present value: UInt64?) {
    guard let value else { return }
    appendTag(field, .varint)
    appendVarint(value)
  }

  package mutating func appendField(_ field: UInt32, fixed64 value: UInt64) {
    appendTag(field, .fixed64)
    append(littleEndian: value)
  }

  /// A submessage or string, written even if empty.
  package mutating func appendField(_ field: UInt32, delimited bytes: UnsafeRawBufferPointer) {
    appendTag(field, .delimited)
    appendVarint(UInt64(bytes.count))
    append(bytes)
  }
}

// MARK: - Packed columns

extension ByteBuffer {
  package mutating func appendPacked<Number: FixedWidthInteger & UnsignedInteger>(
    _ field: UInt32, _ column: [Number]
  ) {
    appendVarints(field, column) { UInt64($0) }
  }

  /// Zigzag: -1 is 1, 1 is 2.
  package mutating func appendPacked(_ field: UInt32, _ column: [Int32]) {
    appendVarints(field, column) { UInt64(UInt32(bitPattern: $0 << 1 ^ $0 >> 31)) }
  }

  package mutating func appendPacked(_ field: UInt32, _ column: [Bool]) {
    appendVarints(field, column) { $0 ? 1 : 0 }
  }

  package mutating func appendPacked(_ field: UInt32, _ column: [Float]) {
    guard !column.isEmpty else { return }
    appendTag(field, .delimited)
    appendVarint(UInt64(4 * column.count))
    append(upTo: 4 * column.count) { room in
      for (index, value) in column.enumerated() {
        room.storeBytes(of: value.bitPattern.littleEndian, toByteOffset: 4 * index, as: UInt32.self)
      }
      return room.count
    }
  }

  @inline(__always)
  private mutating func appendVarints<Element>(
    _ field: UInt32, _ column: [Element], _ number: (Element) -> UInt64
  ) {
    guard !column.isEmpty else { return }
    var size = 0
    for element in column { size += varintSize(number(element)) }
    appendTag(field, .delimited)
    appendVarint(UInt64(size))
    append(upTo: size) { room in
      guard var cursor = room.baseAddress else { return 0 }
      for element in column { writeVarint(number(element), to: &cursor) }
      return size
    }
  }
}

@inline(__always)
private func varintSize(_ value: UInt64) -> Int {
  (70 - (value | 1).leadingZeroBitCount) / 7
}

/// - Returns: how many bytes it wrote, at most ten.
@inline(__always) @discardableResult
private func writeVarint(_ value: UInt64, to cursor: inout UnsafeMutableRawPointer) -> Int {
  var rest = value
  let start = cursor
  while rest >= 0x80 {
    cursor.storeBytes(of: UInt8(truncatingIfNeeded: rest) | 0x80, as: UInt8.self)
    cursor += 1
    rest >>= 7
  }
  cursor.storeBytes(of: UInt8(truncatingIfNeeded: rest), as: UInt8.self)
  cursor += 1
  return cursor - start
}
