import Glibc

/// A trace in a file, a pipe, or on standard output.
public final class FileOutput: TraceOutput {
  /// As errors name it.
  public let path: String
  private var descriptor: Int32
  private let owns: Bool
  private var written = 0

  /// Creates the file at `path`.
  ///
  /// - Parameter overwriting: whether a file that is there already is emptied; else it is an error
  ///   with the code `EEXIST`.
  /// - Throws: `TraceWriteError.system` where it cannot be created.
  public init(path: String, overwriting: Bool) throws(TraceWriteError) {
    let flags = O_WRONLY | O_CREAT | O_CLOEXEC | (overwriting ? O_TRUNC : O_EXCL)
    self.path = path
    owns = true
    descriptor = retrying { open(path, flags, 0o644) }
    guard descriptor >= 0 else { throw .system(call: "open", path: path, code: errno) }
  }

  /// Writes to a descriptor that is open already, and leaves it open.
  public init(descriptor: Int32, named path: String) {
    self.path = path
    self.descriptor = descriptor
    owns = false
  }

  deinit {
    if owns, descriptor >= 0 { _ = Glibc.close(descriptor) }
  }

  /// Appends all of `bytes`.
  public func write(_ bytes: UnsafeRawBufferPointer) throws(TraceWriteError) {
    var done = 0
    while done < bytes.count {
      let count = retrying {
        Glibc.write(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done)
      }
      guard count > 0 else {
        let code = count == 0 ? EIO : errno
        // What fitted of a chunk is of no use: the file ends behind the last whole one.
        if owns, done > 0 { _ = ftruncate(descriptor, written) }
        throw .system(call: "write", path: path, code: code)
      }
      done += count
    }
    written += done
  }

  /// Waits for the disk.
  public func sync() throws(TraceWriteError) {
    guard retrying({ fdatasync(descriptor) }) != 0 else { return }
    // Pipes and terminals cannot be synchronized.
    guard errno != EINVAL, errno != EROFS else { return }
    throw .system(call: "fdatasync", path: path, code: errno)
  }

  /// Ends the file, if it was opened here.
  public func close() throws(TraceWriteError) {
    guard owns, descriptor >= 0 else { return }
    var status = stat()
    // Somebody removed the file or its folder: nobody will find what was written.
    let isGone =
      fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && status.st_nlink == 0
    let result = Glibc.close(descriptor)
    let code = errno
    descriptor = -1
    guard result == 0 || code == EINTR else {
      throw .system(call: "close", path: path, code: code)
    }
    if isGone { throw .system(call: "close", path: path, code: ENOENT) }
  }
}

/// Calls `call` again as long as a signal interrupts it.
@inline(__always)
func retrying<Result: SignedInteger>(_ call: () -> Result) -> Result {
  while true {
    let result = call()
    if result != -1 || errno != EINTR { return result }
  }
}
