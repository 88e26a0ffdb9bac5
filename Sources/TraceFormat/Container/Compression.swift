/// How the records of a chunk are compressed.
public enum ChunkCompression: String, CaseIterable, Sendable {
  /// Not at all.
  case none = ""
  case zstd
  /// Frames of LZ4.
  case lz4
}

/// Compresses chunk after chunk.
struct ChunkCompressor {
  let compression: ChunkCompression
  private let zstd: ZstdCompressor?

  init(_ compression: ChunkCompression) {
    self.compression = compression
    zstd = compression == .zstd ? ZstdCompressor() : nil
  }

  /// Appends `bytes`, compressed; false, and nothing appended, where they are better left as they
  /// are.
  func compress(_ bytes: UnsafeRawBufferPointer, into target: inout ByteBuffer) -> Bool {
    switch compression {
    case .none: false
    case .zstd: zstd?.compress(bytes, into: &target) ?? false
    case .lz4: LZ4.compress(bytes, into: &target)
    }
  }
}

/// Decompresses chunk after chunk.
struct ChunkDecompressor {
  private let zstd = ZstdDecompressor()
  private let lz4 = LZ4Decompressor()

  /// Appends the `size` bytes that `bytes` hold; false where they hold another number, or none.
  ///
  /// Never makes more room than `size`, whatever the bytes claim: the caller limits it.
  func decompress(
    _ bytes: UnsafeRawBufferPointer, _ compression: ChunkCompression, size: Int,
    into target: inout ByteBuffer
  ) -> Bool {
    switch compression {
    case .none:
      guard bytes.count == size else { return false }
      target.append(bytes)
      return true
    case .zstd: return zstd.decompress(bytes, size: size, into: &target)
    case .lz4: return lz4.decompress(bytes, size: size, into: &target)
    }
  }
}
