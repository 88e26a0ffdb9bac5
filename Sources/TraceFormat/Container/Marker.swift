import Glibc

/// The private record before each chunk: it covers all bytes up to the next one with a checksum,
/// and its sixteen fixed bytes are what a reader looks for behind damage.
struct Marker: Equatable {
  /// Chosen at random, once.
  static let bytes: [UInt8] = [
    0xd1, 0x7e, 0x9a, 0x34, 0xc8, 0x05, 0xbf, 0x62, 0xe3, 0x1c, 0xf7, 0x8b, 0x50, 0xa6, 0x2d, 0x99,
  ]
  /// Of the content.
  static let size = 48
  /// Of the whole record.
  static let recordSize = RecordHead.size + size

  /// 0, 1, 2, ...
  var sequence: UInt64
  /// Events that the producer has dropped so far.
  var droppedEvents: UInt64
  /// Bytes between this marker and the next (or DataEnd).
  var length: UInt64
  /// CRC-32C of these bytes.
  var checksum: UInt32

  init(sequence: UInt64, droppedEvents: UInt64, covering bytes: UnsafeRawBufferPointer) {
    self.sequence = sequence
    self.droppedEvents = droppedEvents
    length = UInt64(bytes.count)
    checksum = crc32c(bytes)
  }

  /// Nil where `content` is no marker, or a damaged one.
  init?(_ content: UnsafeRawBufferPointer) {
    guard content.count >= Self.size, content.starts(with: Self.bytes) else { return nil }
    let own = content.loadUnaligned(fromByteOffset: 44, as: UInt32.self)
    guard crc32c(UnsafeRawBufferPointer(rebasing: content[..<44])) == UInt32(littleEndian: own)
    else { return nil }
    func number(at offset: Int) -> UInt64 {
      UInt64(littleEndian: content.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }
    sequence = number(at: 16)
    droppedEvents = number(at: 24)
    length = number(at: 32)
    checksum = UInt32(truncatingIfNeeded: number(at: 40))
  }

  /// Appends the record.
  func write(into buffer: inout ByteBuffer) {
    buffer.appendRecord(.marker) { buffer in
      let start = buffer.count
      buffer.append(Self.bytes)
      buffer.append(littleEndian: sequence)
      buffer.append(littleEndian: droppedEvents)
      buffer.append(littleEndian: length)
      buffer.append(littleEndian: checksum)
      let own = crc32c(UnsafeRawBufferPointer(rebasing: buffer.bytes[start...]))
      buffer.append(littleEndian: own)
    }
  }

  /// Where the first sixteen fixed bytes stand in `bytes`, from `start` on.
  static func firstIndex(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
    guard let base = bytes.baseAddress else { return nil }
    var index = start
    while bytes.count - index >= Self.bytes.count {
      let room = bytes.count - index - Self.bytes.count + 1
      guard let found = memchr(base + index, Int32(Self.bytes[0]), room) else { return nil }
      if memcmp(found, Self.bytes, Self.bytes.count) == 0 { return UnsafeRawPointer(found) - base }
      index = UnsafeRawPointer(found) - base + 1
    }
    return nil
  }
}
