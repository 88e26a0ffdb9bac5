/// The first and last eight bytes of an MCAP file.
let mcapMagic: [UInt8] = [0x89, 0x4d, 0x43, 0x41, 0x50, 0x30, 0x0d, 0x0a]

/// Which record follows.
enum Opcode: UInt8 {
  case header = 0x01
  case footer = 0x02
  case schema = 0x03
  case channel = 0x04
  case message = 0x05
  case chunk = 0x06
  case messageIndex = 0x07
  case chunkIndex = 0x08
  case attachment = 0x09
  case attachmentIndex = 0x0a
  case statistics = 0x0b
  case metadata = 0x0c
  case metadataIndex = 0x0d
  case summaryOffset = 0x0e
  case dataEnd = 0x0f
  /// Ours: stands before each chunk.
  case marker = 0x80
  /// Ours: stands in the summary, and says which chunk has which steps.
  case stepIndex = 0x81
}

/// The nine bytes before a record's content.
struct RecordHead {
  static let size = 9

  var opcode: UInt8
  var length: UInt64

  /// Nil where fewer than nine bytes are there.
  init?(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count >= Self.size else { return nil }
    opcode = bytes[0]
    length = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 1, as: UInt64.self))
  }
}

/// Walks over the whole records in `bytes`, calling `body` with opcode, offset and content.
///
/// - Returns: how many bytes they take; fewer than there are where the last one is cut off.
@discardableResult
func forEachRecord<Failure: Error>(
  in bytes: UnsafeRawBufferPointer,
  _ body: (UInt8, Int, UnsafeRawBufferPointer) throws(Failure) -> Void
) throws(Failure) -> Int {
  var index = 0
  while let head = RecordHead(UnsafeRawBufferPointer(rebasing: bytes[index...])) {
    let start = index + RecordHead.size
    guard head.length <= UInt64(bytes.count - start) else { return index }
    let end = start + Int(head.length)
    try body(head.opcode, index, UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
    index = end
  }
  return index
}
