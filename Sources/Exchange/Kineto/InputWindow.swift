import CZlib
import Glibc

/// A file, gzip or not, seen through a window that moves on: memory is that of the largest object.
final class InputWindow {
  /// No event is larger; a file whose brackets never close must not fill the memory.
  static let maximumSize = 64 << 20
  private static let blockSize = 1 << 20

  /// The bytes in the window, until it moves.
  var bytes: UnsafeRawBufferPointer { .init(rebasing: storage[start..<end]) }
  /// Where the window begins in the uncompressed file.
  private(set) var offset: UInt64 = 0
  /// Whether the window reaches to the end of what can be read.
  private(set) var isAtEnd = false
  /// Whether the file was cut off within its compressed data.
  private(set) var isTruncated = false

  private let descriptor: Int32
  private var storage = UnsafeMutableRawBufferPointer.allocate(byteCount: 2 << 20, alignment: 16)
  private var (start, end) = (0, 0)
  private var inflater: Inflater?

  /// Reads from `descriptor`, which stays open.
  init(_ descriptor: Int32) throws(ImportError) {
    self.descriptor = descriptor
    try fill()
    guard bytes.starts(with: [0x1F, 0x8B]) else { return }
    let inflater = Inflater(first: bytes)
    self.inflater = inflater
    (start, end, isAtEnd) = (0, 0, false)
    try fill()
  }

  deinit {
    storage.deallocate()
  }

  /// Drops the first `count` bytes of the window.
  func consume(_ count: Int) {
    start += count
    offset += UInt64(count)
  }

  /// Reads on behind what is in the window.
  func fill() throws(ImportError) {
    guard !isAtEnd else { return }
    makeRoom()
    let room = UnsafeMutableRawBufferPointer(rebasing: storage[end...])
    if let inflater {
      let count = try inflater.read(into: room, from: descriptor)
      (isAtEnd, isTruncated) = (count == 0, inflater.isTruncated)
      end += count
    } else {
      let count = try readBlock(descriptor, room)
      isAtEnd = count == 0
      end += count
    }
  }

  private func makeRoom() {
    if start > 0, let base = storage.baseAddress {
      memmove(base, base + start, end - start)
      (start, end) = (0, end - start)
    }
    guard storage.count - end < Self.blockSize else { return }
    let larger = UnsafeMutableRawBufferPointer.allocate(
      byteCount: storage.count * 2, alignment: 16)
    larger.copyMemory(from: bytes)
    storage.deallocate()
    storage = larger
  }
}

/// Reads up to a block; 0 at the end.
private func readBlock(
  _ descriptor: Int32, _ room: UnsafeMutableRawBufferPointer
) throws(ImportError) -> Int {
  while true {
    let count = read(descriptor, room.baseAddress, room.count)
    if count >= 0 { return count }
    guard errno == EINTR else { throw .system(call: "read", code: errno) }
  }
}

/// The contents of a gzip file, which may hold several members.
private final class Inflater {
  private(set) var isTruncated = false
  private var stream = z_stream()
  private var input: UnsafeMutableRawBufferPointer
  private var isDone = false

  /// The rest of a file that begins with `first`.
  init(first: UnsafeRawBufferPointer) {
    input = .allocate(byteCount: max(first.count, 1 << 18), alignment: 16)
    input.copyMemory(from: first)
    stream.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.avail_in = UInt32(first.count)
    // 15 bits of window, 16 more for gzip's header.
    let status = inflateInit2_(&stream, 31, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    isDone = status != Z_OK
  }

  deinit {
    inflateEnd(&stream)
    input.deallocate()
  }

  /// Fills `room`; 0 at the end, which damage is, too.
  func read(
    into room: UnsafeMutableRawBufferPointer, from descriptor: Int32
  ) throws(ImportError) -> Int {
    stream.next_out = room.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.avail_out = UInt32(clamping: room.count)
    let wanted = stream.avail_out
    while !isDone, stream.avail_out > 0 {
      if stream.avail_in == 0 {
        let count = try readBlock(descriptor, input)
        guard count > 0 else {
          (isDone, isTruncated) = (true, true)
          break
        }
        stream.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.avail_in = UInt32(count)
      }
      let status = inflate(&stream, Z_NO_FLUSH)
      if status == Z_STREAM_END {
        try nextMember(descriptor)
      } else if status != Z_OK && status != Z_BUF_ERROR {
        (isDone, isTruncated) = (true, true)
      }
    }
    return Int(wanted - stream.avail_out)
  }

  private func nextMember(_ descriptor: Int32) throws(ImportError) {
    if stream.avail_in == 0 {
      let count = try readBlock(descriptor, input)
      stream.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
      stream.avail_in = UInt32(count)
    }
    isDone = stream.avail_in == 0 || inflateReset(&stream) != Z_OK
  }
}
