import CLz4

/// Frames of LZ4, as MCAP stores them.
enum LZ4 {
  /// Appends `bytes` as one frame; false, and nothing appended, where that fails (out of memory).
  static func compress(_ bytes: UnsafeRawBufferPointer, into target: inout ByteBuffer) -> Bool {
    var succeeded = false
    target.append(upTo: LZ4F_compressFrameBound(bytes.count, nil)) { room in
      let size = LZ4F_compressFrame(
        room.baseAddress, room.count, bytes.baseAddress, bytes.count, nil)
      succeeded = LZ4F_isError(size) == 0
      return succeeded ? size : 0
    }
    return succeeded
  }
}

/// Decompresses frame after frame with one context.
final class LZ4Decompressor {
  private let context: OpaquePointer?

  init() {
    var context: OpaquePointer?
    let code = LZ4F_createDecompressionContext(&context, UInt32(LZ4F_VERSION))
    self.context = LZ4F_isError(code) == 0 ? context : nil
  }

  deinit {
    LZ4F_freeDecompressionContext(context)
  }

  /// Appends the `size` bytes of the frame; false where it holds another number, is cut off, or is
  /// followed by something.
  ///
  /// Beside the `size` bytes, a frame makes the library keep two blocks of at most 4 MiB.
  func decompress(
    _ bytes: UnsafeRawBufferPointer, size: Int, into target: inout ByteBuffer
  ) -> Bool {
    guard let context else { return false }
    // A frame before may have ended early.
    LZ4F_resetDecompressionContext(context)
    var succeeded = false
    target.append(upTo: size) { room in
      succeeded = Self.fill(room, from: bytes, context)
      return succeeded ? size : 0
    }
    return succeeded
  }

  private static func fill(
    _ room: UnsafeMutableRawBufferPointer, from bytes: UnsafeRawBufferPointer,
    _ context: OpaquePointer
  ) -> Bool {
    var (read, written) = (0, 0)
    while true {
      var (taken, given) = (bytes.count - read, room.count - written)
      let hint = LZ4F_decompress(
        context, room.baseAddress.map { $0 + written }, &given,
        bytes.baseAddress.map { $0 + read }, &taken, nil)
      guard LZ4F_isError(hint) == 0 else { return false }
      (read, written) = (read + taken, written + given)
      if hint == 0 { return read == bytes.count && written == room.count }
      // Neither room nor bytes are left for what the frame still holds.
      if taken == 0, given == 0 { return false }
    }
  }
}
