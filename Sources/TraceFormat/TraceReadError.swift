/// Why a trace, or a part of it, cannot be read.
public enum TraceReadError: Error, Equatable {
  /// `errno` of a failed system call.
  case system(call: String, path: String, code: Int32)
  /// Not an MCAP file.
  case notATrace(path: String)
  /// What stands at `offset` is no chunk, or a damaged one.
  case damaged(offset: UInt64, reason: String)
}
