/// Decompresses chunks into memory that is kept.
struct ChunkOpener: ~Copyable {
  /// A chunk that claims more is damage, or an attack: 64 MiB, compressed or not.
  static let maximumSize: UInt64 = 64 << 20

  private let decompressor = ChunkDecompressor()
  private var records = ByteBuffer()

  /// Calls `body` with the records of a chunk, after checking their checksum.
  ///
  /// - Throws: why the chunk cannot be opened, as a clause.
  mutating func open(
    _ content: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) throws(ChunkError) -> Void
  ) throws(ChunkError) {
    var fields = FieldReader(content)
    guard let chunk = try? ChunkRecord(&fields) else { throw ChunkError("the chunk is malformed") }
    guard chunk.uncompressedSize <= Self.maximumSize else {
      throw ChunkError("the chunk claims \(chunk.uncompressedSize) bytes, more than 64 MiB")
    }
    let size = Int(chunk.uncompressedSize)
    guard let compression = ChunkCompression(rawValue: chunk.compression) else {
      throw ChunkError("the chunk is compressed with \(chunk.compression.debugDescription)")
    }
    guard compression != .none else {
      guard chunk.records.count == size else { throw ChunkError("the chunk's length is wrong") }
      try check(chunk.records, chunk.checksum)
      return try body(chunk.records)
    }
    records.removeAll()
    guard decompressor.decompress(chunk.records, compression, size: size, into: &records) else {
      throw ChunkError("the chunk does not decompress")
    }
    try check(records.bytes, chunk.checksum)
    try body(records.bytes)
  }

  private func check(_ records: UnsafeRawBufferPointer, _ checksum: UInt32) throws(ChunkError) {
    guard checksum == 0 || crc32(records) == checksum else {
      throw ChunkError("the chunk's checksum does not match")
    }
  }
}

/// Why a chunk cannot be opened or read.
struct ChunkError: Error, Equatable {
  /// As a clause.
  var reason: String

  init(_ reason: String) {
    self.reason = reason
  }
}
