/// Why a record's content cannot be what its opcode says.
enum RecordError: Error, Equatable {
  /// It ends inside a field.
  case truncated
  /// A length in it does not fit the record.
  case badLength
  /// Its own checksum does not match.
  case badChecksum
}

/// Reads the fields of an MCAP record: numbers lowest byte first, strings and maps behind a length.
struct FieldReader {
  private let bytes: UnsafeRawBufferPointer
  private(set) var index = 0

  init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
  }

  var remaining: Int { bytes.count - index }

  mutating func number<Number: FixedWidthInteger>(
    _: Number.Type = Number.self
  ) throws(RecordError) -> Number {
    let size = MemoryLayout<Number>.size
    guard remaining >= size else { throw .truncated }
    defer { index += size }
    return Number(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: Number.self))
  }

  /// The next `length` bytes, where they lie.
  mutating func slice<Length: FixedWidthInteger & UnsignedInteger>(
    _ length: Length
  ) throws(RecordError) -> UnsafeRawBufferPointer {
    guard length <= UInt64(remaining) else { throw .badLength }
    let end = index + Int(length)
    defer { index = end }
    return UnsafeRawBufferPointer(rebasing: bytes[index..<end])
  }

  /// All that is left.
  mutating func rest() -> UnsafeRawBufferPointer {
    defer { index = bytes.count }
    return UnsafeRawBufferPointer(rebasing: bytes[index...])
  }

  mutating func string() throws(RecordError) -> String {
    String(decoding: try slice(try number(UInt32.self)), as: UTF8.self)
  }

  /// Entries behind their length in bytes.
  mutating func entries<Key, Value>(
    _ entry: (inout FieldReader) throws(RecordError) -> (Key, Value)
  ) throws(RecordError) -> [(Key, Value)] {
    var inner = FieldReader(try slice(try number(UInt32.self)))
    var entries: [(Key, Value)] = []
    while inner.remaining > 0 { entries.append(try entry(&inner)) }
    return entries
  }

  mutating func strings() throws(RecordError) -> [(String, String)] {
    try entries { (inner) throws(RecordError) in (try inner.string(), try inner.string()) }
  }
}

extension ByteBuffer {
  /// A string as records hold it: a length of four bytes, then UTF-8.
  mutating func append(prefixed string: String) {
    var string = string
    string.withUTF8 { text in
      append(littleEndian: UInt32(text.count))
      append(UnsafeRawBufferPointer(text))
    }
  }

  /// A whole record: opcode, length, and the content that `body` appends.
  mutating func appendRecord(_ opcode: Opcode, _ body: (inout ByteBuffer) -> Void) {
    append(opcode.rawValue)
    append(littleEndian: UInt64(0))
    let start = count
    body(&self)
    replace(at: start - 8, littleEndian: UInt64(count - start))
  }
}
