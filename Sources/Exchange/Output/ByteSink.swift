import Glibc

/// Why a table or report could not be written to its end.
public enum ExportError: Error, Equatable {
  /// The reader of a pipe is gone: it has seen what it wanted.
  case closedPipe
  /// `errno` of a failed system call.
  case system(call: String, code: Int32)
}

/// Where exported bytes go.
public protocol ByteSink: AnyObject {
  /// Appends all of `bytes`, or throws.
  func write(_ bytes: UnsafeRawBufferPointer) throws(ExportError)
}

/// Exported bytes in memory.
public final class MemorySink: ByteSink {
  /// All that was written.
  public private(set) var bytes: [UInt8] = []

  /// Nothing yet.
  public init() {}

  /// What was written, as text.
  public var text: String { String(decoding: bytes, as: UTF8.self) }

  /// Appends all of `bytes`.
  public func write(_ bytes: UnsafeRawBufferPointer) throws(ExportError) {
    self.bytes.append(contentsOf: bytes)
  }
}

/// A file descriptor that someone else opened and will close.
///
/// A closed pipe can only be reported where SIGPIPE is ignored; else the signal ends the process.
public final class DescriptorSink: ByteSink {
  private let descriptor: Int32

  /// Writes to `descriptor`.
  public init(_ descriptor: Int32) {
    self.descriptor = descriptor
  }

  /// Appends all of `bytes`.
  public func write(_ bytes: UnsafeRawBufferPointer) throws(ExportError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = Glibc.write(
        descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
      if count > 0 {
        rest = rest.dropFirst(count)
      } else if errno == EPIPE, count < 0 {
        throw .closedPipe
      } else if count == 0 || errno != EINTR {
        throw .system(call: "write", code: count == 0 ? EIO : errno)
      }
    }
  }
}
