/// Why a trace, or a part of it, could not be written.
public enum TraceWriteError: Error, Equatable {
  /// `errno` of a failed system call.
  case system(call: String, path: String, code: Int32)
}

/// Where a trace's bytes go.
public protocol TraceOutput: AnyObject {
  /// Appends all of `bytes`, or throws; after it threw, nothing more is written.
  func write(_ bytes: UnsafeRawBufferPointer) throws(TraceWriteError)

  /// Returns when what was written would outlive a power failure.
  func sync() throws(TraceWriteError)

  /// Ends the output.
  func close() throws(TraceWriteError)
}

/// A trace in memory.
public final class MemoryOutput: TraceOutput {
  /// All that was written.
  public private(set) var bytes: [UInt8] = []

  /// An empty trace.
  public init() {}

  /// Appends all of `bytes`.
  public func write(_ bytes: UnsafeRawBufferPointer) throws(TraceWriteError) {
    self.bytes.append(contentsOf: bytes)
  }

  /// Does nothing.
  public func sync() throws(TraceWriteError) {}

  /// Does nothing.
  public func close() throws(TraceWriteError) {}
}
