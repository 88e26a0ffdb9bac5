import Glibc

/// Why a trace, or a part of it, cannot be read.
public enum TraceReadError: Error, Equatable {
  /// `errno` of a failed system call.
  case system(call: String, path: String, code: Int32)
  /// Not an MCAP file.
  case notATrace(path: String)
  /// What stands at `offset` is no chunk, or a damaged one.
  case damaged(offset: UInt64, reason: String)
}

extension TraceReadError {
  /// As a clause.
  var clause: String {
    switch self {
    case .system(let call, _, let code): "\(call): \(String(cString: strerror(code)))"
    case .notATrace: "it is no trace"
    case .damaged(let offset, let reason): "\(reason) at byte \(offset)"
    }
  }
}
