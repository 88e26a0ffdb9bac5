import Glibc
import TraceFormat
import TraceSession

extension Failure {
  /// A trace that cannot be read.
  init(_ error: TraceReadError) {
    switch error {
    case .system(_, let path, let code):
      self.init(
        code == ENOENT || code == ENOTDIR ? .notFound : .inputOutput, path,
        String(cString: strerror(code)),
        hint: path == "-" && code == ENOENT
          ? "only replay reads a pipe: save it to a file first" : Self.hint(code))
    case .notATrace(let path):
      self.init(
        .badInput, path, "not a trace: it is no MCAP file",
        hint: "gradtop run --trace FILE writes one, gradtop import makes one of a PyTorch profile")
    case .damaged(let offset, let reason):
      self.init(.badInput, "byte \(offset)", reason)
    }
  }
}

extension Failure {
  /// What to do about a file that cannot be opened.
  static func hint(_ code: Int32) -> String {
    switch code {
    case ENOENT, ENOTDIR: "look for a misspelled name, or another folder"
    case EISDIR: "name a file in it"
    case EACCES, EPERM: "ask for the right to read it"
    default: ""
    }
  }
}

/// Opens the trace at `path`.
func openTrace(_ path: String) throws(Failure) -> TraceFile {
  do { return try TraceFile(path: path) } catch { throw Failure(error) }
}

/// The bytes of a file, or its first ones.
func readFile(_ path: String, atMost limit: Int = .max) throws(Failure) -> [UInt8] {
  guard let file = fopen(path, "rb") else {
    throw Failure(
      errno == ENOENT || errno == ENOTDIR ? .notFound : .inputOutput, path,
      String(cString: strerror(errno)), hint: Failure.hint(errno))
  }
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var block = Array(repeating: UInt8(0), count: 1 << 16)
  while true {
    let count = fread(&block, 1, block.count, file)
    bytes += block[..<count]
    if count < block.count || bytes.count >= limit { break }
  }
  guard ferror(file) == 0 else {
    throw Failure(.inputOutput, path, String(cString: strerror(errno)))
  }
  return bytes.count > limit ? Array(bytes[..<limit]) : bytes
}

/// Refuses to write to the file that is read: opening it for writing empties it.
func refuseOverwriting(_ input: String?, with output: String?) throws(Failure) {
  guard let input, let output, output != "-" else { return }
  var (old, new) = (stat(), stat())
  guard stat(input, &old) == 0, stat(output, &new) == 0, old.st_ino == new.st_ino,
    old.st_dev == new.st_dev, new.st_mode & S_IFMT == S_IFREG
  else { return }
  throw Failure(
    .usage, output, "this would overwrite what is read", hint: "name another file")
}

/// Writes all of `text` to standard output; that nobody reads it is no error.
func printOutput(_ text: String) throws(Failure) {
  guard let code = writeAll(text, to: STDOUT_FILENO), code != EPIPE else { return }
  throw Failure(.inputOutput, "standard output", String(cString: strerror(code)))
}

/// Opens a file for writing, or standard output where there is no path.
///
/// - Parameter input: What is read, which must not be overwritten.
func openOutput(_ path: String?, reading input: String? = nil) throws(Failure) -> Int32 {
  guard let path, path != "-" else { return STDOUT_FILENO }
  try refuseOverwriting(input, with: path)
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
  for gap in gaps { printNote("gradtop: \(path): \(describe(gap))") }
  if !hasEnded {
    printNote("gradtop: \(path): no footer: the run is not over, or was cut off")
  }
  return gaps.isEmpty && hasEnded
}

/// The same of a trace that was looked at; of a long one its index has told where it ends.
func tellDamage(of path: String, _ session: Session) -> Bool {
  tellDamage(of: path, session.gaps, hasEnded: session.isOutlined || session.hasEnded)
}
