import Glibc

/// A trace in a file, be it closed or still being written.
///
/// It reads on where it stopped, a chunk at a time, so that memory is bounded whatever the file's
/// size. Where the file becomes shorter or another one takes its place (a run was restarted), a gap
/// says so, and the new content is read from its start. Runs and graphs that are repeated word for
/// word come once. To be used from one thread at a time.
public final class TraceFile: TraceSource {
  /// Where the trace is.
  public var path: String { window.path }
  /// Bytes read so far.
  public var bytesRead: UInt64 { scanner.position }
  /// Whether the end has been seen.
  public var state: TraceState { scanner.mode == .closed ? .closed : .growing }

  private var window: FileWindow
  private var scanner = TraceScanner()
  private var decoder = ChunkDecoder()
  private var scratch = ByteBuffer()
  /// The first bytes, by which a rewritten file is known.
  private var fingerprint: [UInt8] = []
  private var readFailed = false

  /// Opens the trace at `path`; an empty file is one that has yet to begin.
  ///
  /// - Throws: `TraceReadError.system`, or `.notATrace` where neither the first bytes nor anything
  ///   in the first MiB are those of a trace.
  public init(path: String) throws(TraceReadError) {
    window = try FileWindow(path: path)
    try window.read(0..<1 << 20, into: &scratch)
    let start = scratch.bytes
    let isTrace =
      start.prefix(8).elementsEqual(mcapMagic.prefix(start.count))
      || Marker.firstIndex(in: start, from: 0) != nil
    guard isTrace else { throw .notATrace(path: path) }
  }

  /// What has come since the last call.
  public func poll(limit: Int) -> [TraceItem] {
    var items: [TraceItem] = []
    do throws(TraceReadError) {
      if try window.size() < window.offset + UInt64(window.bytes.count) {
        items.append(try restart("the file became shorter"))
      }
      var chunks = 0
      var bytes = 0
      while chunks < limit, items.isEmpty || bytes < limit << 20 {
        switch scanner.next(window.bytes) {
        case .needs(let count):
          if try !window.fill(count), try !goOnBehindEnd(&items) { return items }
        case .advanced(let count, let findings):
          chunks += findings.count { if case .chunk = $0 { true } else { false } }
          bytes += count
          items += decode(findings)
          window.drop(count)
          if isAstray(findings), try isRewritten() {
            items.append(try restart("the file was written anew"))
          }
        }
      }
    } catch {
      if !readFailed { items.append(gap("the file cannot be read: \(error.clause)")) }
      readFailed = true
    }
    return items
  }

  /// The facts of one chunk again.
  public func items(in location: ChunkLocation) throws(TraceReadError) -> [TraceItem] {
    let (end, overflows) = location.offset.addingReportingOverflow(location.length)
    guard !overflows, location.length <= TraceScanner.maximumSpan else {
      throw .damaged(offset: location.offset, reason: "there is no chunk")
    }
    try window.read(location.offset..<end, into: &scratch)
    var items: [TraceItem] = []
    do throws(ChunkError) {
      try decoder.read(scratch.bytes, at: location, into: &items)
    } catch {
      throw .damaged(offset: location.offset, reason: error.reason)
    }
    return items
  }
}

// MARK: - Steps of poll

extension TraceFile {
  private func decode(_ findings: [Finding]) -> [TraceItem] {
    var items: [TraceItem] = []
    for finding in findings {
      switch finding {
      case .chunk(let range, _, let condition):
        items += decoder.items(
          ofChunk: UnsafeRawBufferPointer(rebasing: window.bytes[range]), at: location(range),
          isReported: condition == .damaged)
      case .records(let range):
        items += decoder.items(
          ofRecords: UnsafeRawBufferPointer(rebasing: window.bytes[range]), at: location(range))
      case .gap(let gap): items.append(.gap(gap))
      }
    }
    return decoder.withoutRepetitions(items)
  }

  private func location(_ range: Range<Int>) -> ChunkLocation {
    ChunkLocation(offset: window.offset + UInt64(range.lowerBound), length: UInt64(range.count))
  }

  /// At the end of the file: whether there is more to read, elsewhere or in another file.
  private func goOnBehindEnd(_ items: inout [TraceItem]) throws(TraceReadError) -> Bool {
    let size = try window.size()
    let tailSize = UInt64(RecordHead.size + FooterRecord.size + mcapMagic.count)
    try window.read(size - min(size, tailSize)..<size, into: &scratch)
    let (findings, moved) = scanner.end(at: size, tail: scratch.bytes)
    items += decode(findings)
    if scanner.position != window.offset { window.move(to: scanner.position) }
    if moved { return true }
    guard window.isReplaced() else { return false }
    items.append(try restart("another file took its place"))
    return true
  }

  private func restart(_ reason: String) throws(TraceReadError) -> TraceItem {
    let item = gap(reason)
    window = try FileWindow(path: path)
    scanner = TraceScanner()
    decoder = ChunkDecoder()
    fingerprint = []
    return item
  }

  private func gap(_ reason: String) -> TraceItem {
    .gap(TraceGap(bytes: scanner.position..<scanner.position, reason: reason))
  }

  private func isAstray(_ findings: [Finding]) -> Bool {
    if fingerprint.isEmpty, case .data = scanner.mode { remember() }
    guard state == .growing else { return false }
    if case .lost = scanner.mode, findings.isEmpty { return true }
    return findings.contains { if case .gap = $0 { true } else { false } }
  }

  private func remember() {
    guard (try? window.read(0..<256, into: &scratch)) != nil, scratch.count == 256 else { return }
    fingerprint = Array(scratch.bytes)
  }

  private func isRewritten() throws(TraceReadError) -> Bool {
    guard !fingerprint.isEmpty else { return false }
    try window.read(0..<256, into: &scratch)
    return !scratch.bytes.elementsEqual(fingerprint)
  }
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
