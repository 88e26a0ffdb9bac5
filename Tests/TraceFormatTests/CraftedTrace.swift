@testable import TraceFormat

/// Traces that no writer of ours would make, with sound checksums all the same.
struct CraftedTrace {
  private(set) var bytes: [UInt8]
  private var sequence: UInt64 = 0

  /// A file that starts as ours do.
  init() {
    var buffer = ByteBuffer()
    buffer.append(mcapMagic)
    buffer.appendRecord(.header) { buffer in
      buffer.append(prefixed: "gradtop")
      buffer.append(prefixed: "gradtop 0.1")
    }
    bytes = Array(buffer.bytes)
  }

  /// Appends a marker for `span`, and the span.
  mutating func append(span: [UInt8], droppedEvents: UInt64 = 0, length: UInt64? = nil) {
    var buffer = ByteBuffer()
    span.withUnsafeBytes { span in
      var marker = Marker(sequence: sequence, droppedEvents: droppedEvents, covering: span)
      if let length { marker.length = length }
      marker.write(into: &buffer)
      buffer.append(span)
    }
    sequence += 1
    bytes += Array(buffer.bytes)
  }

  mutating func append(unmarked bytes: [UInt8]) {
    self.bytes += bytes
  }

  mutating func skipSequenceNumber() {
    sequence += 1
  }

  /// A chunk's record that says of itself what the arguments say.
  static func chunk(
    _ records: [UInt8], compression: String = "", size: UInt64? = nil, stored: [UInt8]? = nil
  ) -> [UInt8] {
    var buffer = ByteBuffer()
    buffer.appendRecord(.chunk) { buffer in
      buffer.append(littleEndian: UInt64(0))
      buffer.append(littleEndian: UInt64(0))
      buffer.append(littleEndian: size ?? UInt64(records.count))
      buffer.append(littleEndian: records.withUnsafeBytes { crc32($0) })
      buffer.append(prefixed: compression)
      buffer.append(littleEndian: UInt64((stored ?? records).count))
      buffer.append(stored ?? records)
    }
    return Array(buffer.bytes)
  }

  /// A message's record.
  static func message(channel: UInt16 = Topic.step.rawValue, _ payload: [UInt8]) -> [UInt8] {
    var buffer = ByteBuffer()
    buffer.appendRecord(.message) { buffer in
      buffer.append(littleEndian: channel)
      buffer.append(littleEndian: UInt32(0))
      buffer.append(littleEndian: UInt64(0))
      buffer.append(littleEndian: UInt64(0))
      buffer.append(payload)
    }
    return Array(buffer.bytes)
  }

  static func message(_ step: Step) -> [UInt8] {
    var buffer = ByteBuffer()
    step.encode(into: &buffer)
    return message(Array(buffer.bytes))
  }

  /// A chunk with one step.
  static func chunk(_ index: UInt64) -> [UInt8] {
    chunk(message(SampleTrace.step(index)))
  }

  static func zstd(_ bytes: [UInt8]) -> [UInt8] {
    var buffer = ByteBuffer()
    _ = bytes.withUnsafeBytes { ZstdCompressor().compress($0, into: &buffer) }
    return Array(buffer.bytes)
  }

  static func lz4(_ bytes: [UInt8]) -> [UInt8] {
    var buffer = ByteBuffer()
    _ = bytes.withUnsafeBytes { LZ4.compress($0, into: &buffer) }
    return Array(buffer.bytes)
  }
}
