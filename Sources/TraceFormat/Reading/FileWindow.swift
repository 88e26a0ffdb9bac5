import Glibc

/// A stretch of a file in memory, for who reads it from front to back.
struct FileWindow: ~Copyable {
  /// How much is read at least.
  private static let block = 256 << 10
  /// How much the system is asked to fetch while what is here is worked on.
  private static let ahead: UInt64 = 32 << 20

  let path: String
  private let descriptor: Int32
  private var buffer = ByteBuffer()
  private var start = 0
  /// Where in the file the window begins.
  private(set) var offset: UInt64 = 0
  /// What the system was asked to fetch.
  private var announced: Range<UInt64> = 0..<0

  init(path: String) throws(TraceReadError) {
    self.path = path
    descriptor = retrying { open(path, O_RDONLY | O_CLOEXEC) }
    guard descriptor >= 0 else { throw .system(call: "open", path: path, code: errno) }
    var status = stat()
    if fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
      _ = close(descriptor)
      throw .system(call: "read", path: path, code: EISDIR)
    }
  }

  deinit {
    _ = close(descriptor)
  }

  /// The bytes from `offset` on that are in memory.
  var bytes: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: buffer.bytes[start...])
  }

  /// Drops the first `count` bytes.
  mutating func drop(_ count: Int) {
    start += count
    offset += UInt64(count)
  }

  /// Empties the window and lets it begin elsewhere.
  mutating func move(to offset: UInt64) {
    (start, self.offset) = (0, offset)
    buffer.removeAll()
  }

  /// Reads on until the window holds `count` bytes; false where the file ends before.
  mutating func fill(_ count: Int) throws(TraceReadError) -> Bool {
    while bytes.count < count {
      let end = offset + UInt64(bytes.count)
      let size = try self.size()
      guard size > end else { return false }
      let wanted = max(Self.block, count - bytes.count)
      buffer.removeFirst(start)
      start = 0
      announce(from: end)
      var code: Int32 = 0
      var isAtEnd = false
      buffer.append(upTo: Int(min(UInt64(wanted), size - end))) { room in
        let read = retrying { pread(descriptor, room.baseAddress, room.count, off_t(end)) }
        if read < 0 { code = errno }
        isAtEnd = read == 0
        return max(read, 0)
      }
      guard code == 0 else { throw .system(call: "read", path: path, code: code) }
      if isAtEnd { return false }
    }
    return true
  }

  /// Asks for what comes from `position` on, some megabytes at a time.
  private mutating func announce(from position: UInt64) {
    if announced.contains(position), announced.upperBound - position >= Self.ahead / 2 { return }
    let start = announced.contains(position) ? announced.upperBound : position
    _ = posix_fadvise(
      descriptor, off_t(start), off_t(position + Self.ahead - start), POSIX_FADV_WILLNEED)
    announced = position..<position + Self.ahead
  }

  /// The bytes of `range` of the file; fewer where it ends before.
  func read(_ range: Range<UInt64>, into target: inout ByteBuffer) throws(TraceReadError) {
    target.removeAll()
    while target.count < range.count {
      let position = range.lowerBound + UInt64(target.count)
      let size = try self.size()
      guard size > position else { return }
      var read = 0
      target.append(upTo: Int(min(UInt64(range.count - target.count), size - position))) { room in
        read = retrying { pread(descriptor, room.baseAddress, room.count, off_t(position)) }
        return max(read, 0)
      }
      guard read >= 0 else { throw .system(call: "read", path: path, code: errno) }
      if read == 0 { return }
    }
  }

  /// Of the file, now.
  func size() throws(TraceReadError) -> UInt64 {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw .system(call: "fstat", path: path, code: errno)
    }
    return UInt64(max(0, status.st_size))
  }

  /// Whether the path names another file than the one that is open.
  func isReplaced() -> Bool {
    var (mine, named) = (stat(), stat())
    guard fstat(descriptor, &mine) == 0, stat(path, &named) == 0 else { return false }
    return mine.st_ino != named.st_ino || mine.st_dev != named.st_dev
  }
}
