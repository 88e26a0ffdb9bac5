import Glibc
import TraceFormat

extension Failure {
  /// A trace that cannot be read.
  init(_ error: TraceReadError) {
    switch error {
    case .system(_, let path, let code):
      self.init(
        code == ENOENT || code == ENOTDIR ? .notFound : .inputOutput, path,
        String(cString: strerror(code)))
    case .notATrace(let path):
      self.init(.badInput, path, "not a trace: it is no MCAP file")
    case .damaged(let offset, let reason):
      self.init(.badInput, "byte \(offset)", reason)
    }
  }
}

/// Opens the trace at `path`.
func openTrace(_ path: String) throws(Failure) -> TraceFile {
  do { return try TraceFile(path: path) } catch { throw Failure(error) }
}

/// The bytes of a file.
func readFile(_ path: String) throws(Failure) -> [UInt8] {
  guard let file = fopen(path, "rb") else {
    throw Failure(
      errno == ENOENT || errno == ENOTDIR ? .notFound : .inputOutput, path,
      String(cString: strerror(errno)))
  }
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var block = Array(repeating: UInt8(0), count: 1 << 16)
  while true {
    let count = fread(&block, 1, block.count, file)
    bytes += block[..<count]
    if count < block.count { break }
  }
  guard ferror(file) == 0 else {
    throw Failure(.inputOutput, path, String(cString: strerror(errno)))
  }
  return bytes
}

/// Opens a file for writing, or standard output where there is no path.
func openOutput(_ path: String?) throws(Failure) -> Int32 {
  guard let path, path != "-" else { return STDOUT_FILENO }
  let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
  guard descriptor >= 0 else {
    throw Failure(.cannotCreate, path, String(cString: strerror(errno)))
  }
  return descriptor
}

// MARK: - Damage

/// A gap as a clause.
func describe(_ gap: TraceGap) -> String {
  let steps = gap.steps.map { ", steps \($0.lowerBound)..\($0.upperBound)" } ?? ""
  return gap.bytes.isEmpty
    ? (gap.droppedEvents > 0 ? "\(gap.droppedEvents) steps dropped: " : "") + gap.reason
    : "bytes \(gap.bytes.lowerBound)..<\(gap.bytes.upperBound)\(steps): \(gap.reason)"
}

/// Tells on standard error what of a trace is missing; true where nothing is.
func tellDamage(of path: String, _ gaps: [TraceGap], hasEnded: Bool) -> Bool {
  for gap in gaps { printError("gradtop: \(path): \(describe(gap))") }
  if !hasEnded {
    printError("gradtop: \(path): no footer: the run is not over, or was cut off")
  }
  return gaps.isEmpty && hasEnded
}
