/// A trace in a file, be it closed or still being written.
///
/// It reads on where it stopped, a chunk at a time, so that memory is bounded whatever the file's
/// size. Where the file becomes shorter or another one takes its place (a run was restarted), a gap
/// says so, and the new content is read from its start. Runs and graphs that are repeated word for
/// word come once. To be used from one thread at a time.
public final class TraceFile: TraceSource {
  /// Where the trace is.
  public let path: String
  /// Bytes read so far.
  public var bytesRead: UInt64 { scan.scanner.position }
  /// Whether the end has been seen.
  public var state: TraceState { scan.isClosed ? .closed : .growing }

  /// Bytes of the file, now.
  public var bytes: UInt64 { (try? scan.window.size()) ?? 0 }

  private var scan: FileScanner
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
    self.path = path
    scan = try FileScanner(path: path)
    try scan.window.read(0..<8, into: &scratch)
    if scratch.bytes.elementsEqual(mcapMagic.prefix(scratch.count)) { return }
    try scan.window.read(0..<1 << 20, into: &scratch)
    guard Marker.firstIndex(in: scratch.bytes, from: 0) != nil else {
      throw .notATrace(path: path)
    }
  }

  /// What has come since the last call.
  public func poll(limit: Int) -> [TraceItem] {
    var items: [TraceItem] = []
    do throws(TraceReadError) {
      if try scan.isShorter() { items.append(try restart("the file became shorter")) }
      var chunks = 0
      var bytes = 0
      // Chunks that tell nothing new are stepped over: nothing means that nothing is there.
      while items.isEmpty || chunks < limit && bytes < limit << 20 {
        guard let findings = try scan.next() else {
          guard scan.window.isReplaced() else { return items }
          items.append(try restart("another file took its place"))
          continue
        }
        chunks += findings.count { if case .chunk = $0 { true } else { false } }
        bytes += scan.covered
        items += decode(findings)
        if isAstray(findings), try isRewritten() {
          items.append(try restart("the file was written anew"))
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
    try scan.window.read(location.offset..<end, into: &scratch)
    var items: [TraceItem] = []
    do throws(ChunkError) {
      try decoder.read(scratch.bytes, at: location, into: &items)
    } catch {
      throw .damaged(offset: location.offset, reason: error.reason)
    }
    return items
  }

  /// Where everything is, so that a long trace need not be read to be looked at; nil where the trace
  /// was not closed, or its index is damaged or of another writer.
  public func index() -> TraceIndex? {
    guard let index = try? TraceIndex(path: path),
      index.chunks.contains(where: { $0.steps?.stride == 1 })
    else { return nil }
    return index
  }

  /// The summaries in the chunk at `location`.
  public func summaries(in location: ChunkLocation) throws(TraceReadError) -> [Summary] {
    guard location.length <= TraceScanner.maximumSpan, location.offset < 1 << 62 else {
      throw .damaged(offset: location.offset, reason: "there is no chunk")
    }
    try scan.window.read(location.offset..<location.offset + location.length, into: &scratch)
    do throws(ChunkError) { return try decoder.readSummaries(scratch.bytes) } catch {
      throw .damaged(offset: location.offset, reason: error.reason)
    }
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
          ofChunk: UnsafeRawBufferPointer(rebasing: scan.window.bytes[range]),
          at: scan.location(range), isReported: condition == .damaged)
      case .records(let range):
        items += decoder.items(
          ofRecords: UnsafeRawBufferPointer(rebasing: scan.window.bytes[range]),
          at: scan.location(range))
      case .gap(let gap): items.append(.gap(gap))
      }
    }
    return decoder.withoutRepetitions(items)
  }

  private func restart(_ reason: String) throws(TraceReadError) -> TraceItem {
    let item = gap(reason)
    scan = try FileScanner(path: path)
    decoder = ChunkDecoder()
    fingerprint = []
    return item
  }

  private func gap(_ reason: String) -> TraceItem {
    .gap(TraceGap(bytes: bytesRead..<bytesRead, reason: reason))
  }

  /// Whether what was found is not what a trace that only grows would show.
  private func isAstray(_ findings: [Finding]) -> Bool {
    if fingerprint.isEmpty { remember() }
    return scan.isLost || findings.contains { if case .gap = $0 { true } else { false } }
  }

  private func remember() {
    guard (try? scan.window.read(0..<256, into: &scratch)) != nil, scratch.count == 256 else {
      return
    }
    fingerprint = Array(scratch.bytes)
  }

  private func isRewritten() throws(TraceReadError) -> Bool {
    guard !fingerprint.isEmpty else { return false }
    try scan.window.read(0..<256, into: &scratch)
    return !scratch.bytes.elementsEqual(fingerprint)
  }
}
