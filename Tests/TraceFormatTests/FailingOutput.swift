@testable import TraceFormat

/// An output whose disk is full after a number of writes.
final class FailingOutput: TraceOutput {
  static let error = TraceWriteError.system(call: "write", path: "full.mcap", code: 28)
  private var writesLeft: Int
  private(set) var calls = 0

  init(after writes: Int) {
    writesLeft = writes
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws(TraceWriteError) {
    calls += 1
    guard writesLeft > 0 else { throw Self.error }
    writesLeft -= 1
  }

  func sync() throws(TraceWriteError) {}

  func close() throws(TraceWriteError) {}
}
