import CZstd

/// Compresses chunk after chunk with one context.
final class ZstdCompressor {
  private let context: OpaquePointer?
  private let level: Int32

  init(level: Int32 = 1) {
    context = ZSTD_createCCtx()
    self.level = level
  }

  deinit {
    ZSTD_freeCCtx(context)
  }

  /// Appends `bytes`, compressed; false, and nothing appended, where that fails (out of memory).
  func compress(_ bytes: UnsafeRawBufferPointer, into target: inout ByteBuffer) -> Bool {
    guard let context else { return false }
    var succeeded = false
    target.append(upTo: ZSTD_compressBound(bytes.count)) { room in
      let size = ZSTD_compressCCtx(
        context, room.baseAddress, room.count, bytes.baseAddress, bytes.count, level)
      succeeded = ZSTD_isError(size) == 0
      return succeeded ? size : 0
    }
    return succeeded
  }
}

/// Decompresses chunk after chunk with one context.
final class ZstdDecompressor {
  private let context: OpaquePointer?

  init() {
    context = ZSTD_createDCtx()
  }

  deinit {
    ZSTD_freeDCtx(context)
  }

  /// Appends the `size` bytes that `bytes` hold; false where they hold another number, or none.
  ///
  /// Never makes more room than `size`, whatever the bytes claim: the caller limits it.
  func decompress(
    _ bytes: UnsafeRawBufferPointer, size: Int, into target: inout ByteBuffer
  ) -> Bool {
    guard let context else { return false }
    var succeeded = false
    target.append(upTo: size) { room in
      let got = ZSTD_decompressDCtx(
        context, room.baseAddress, room.count, bytes.baseAddress, bytes.count)
      succeeded = ZSTD_isError(got) == 0 && got == size
      return succeeded ? size : 0
    }
    return succeeded
  }
}
