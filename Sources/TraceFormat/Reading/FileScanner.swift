/// Scans a file from front to back, a step at a time.
struct FileScanner: ~Copyable {
  private(set) var window: FileWindow
  private(set) var scanner = TraceScanner()
  /// Bytes that the last step covered; they are in the window until the next one.
  private(set) var covered = 0

  init(path: String) throws(TraceReadError) {
    window = try FileWindow(path: path)
  }

  /// Whether the end of the trace was seen.
  var isClosed: Bool { scanner.mode == .closed }

  /// Whether the scanner looks for a marker behind damage.
  var isLost: Bool {
    if case .lost = scanner.mode { true } else { false }
  }

  /// What comes next, perhaps nothing worth telling; nil where the file ends, for now.
  ///
  /// Ranges of findings are of `window.bytes`, until the next call.
  mutating func next() throws(TraceReadError) -> [Finding]? {
    window.drop(covered)
    covered = 0
    while true {
      switch scanner.next(window.bytes) {
      case .advanced(let count, let findings):
        covered = count
        return findings
      case .needs(let count):
        if try window.fill(count) { continue }
        let (findings, moved) = try end()
        return moved || !findings.isEmpty ? findings : nil
      }
    }
  }

  private mutating func end() throws(TraceReadError) -> (findings: [Finding], moved: Bool) {
    let size = try window.size()
    let tailSize = UInt64(RecordHead.size + FooterRecord.size + mcapMagic.count)
    var tail = ByteBuffer()
    try window.read(size - min(size, tailSize)..<size, into: &tail)
    let result = scanner.end(at: size, tail: tail.bytes)
    if scanner.position != window.offset { window.move(to: scanner.position) }
    return result
  }

  /// Whether the file is shorter than what was read of it.
  func isShorter() throws(TraceReadError) -> Bool {
    try window.size() < window.offset + UInt64(window.bytes.count)
  }

  /// Where `range` of the window stands in the file.
  func location(_ range: Range<Int>) -> ChunkLocation {
    ChunkLocation(offset: window.offset + UInt64(range.lowerBound), length: UInt64(range.count))
  }
}
