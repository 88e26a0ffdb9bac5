/// Why a foreign trace could not be imported.
public enum ImportError: Error, Equatable {
  /// `errno` of a failed system call.
  case system(call: String, code: Int32)
  /// What is wrong, `offset` bytes into the uncompressed file.
  case malformed(offset: UInt64, reason: String)
  /// It was read, and there is nothing in it that a trace could tell of.
  case empty(reason: String)
}
