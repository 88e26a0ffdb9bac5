/// Finds the chunks of a trace, from its first byte to its last, and steps over damage.
///
/// It is shown the bytes from `position` on, says what they are, and is shown what follows them. It
/// never sees more than one span (from a marker to the next) at once, and decompresses nothing.
struct TraceScanner {
  /// A larger record or span is taken for damage: the largest chunk, with room for its indexes.
  static let maximumSpan = ChunkOpener.maximumSize + (16 << 20)

  enum Mode: Equatable {
    case magic
    case data
    /// Behind a sound marker.
    case span(Marker)
    /// Looking for the next marker; everything before `reported` has been reported.
    case lost(reported: UInt64, reason: String)
    /// Behind DataEnd; with the checksum of the summary so far.
    case summary(start: UInt64, checksum: UInt32)
    case finalMagic
    case closed
  }

  var mode = Mode.magic
  /// Where the scanner stands in the trace.
  private(set) var position: UInt64 = 0
  /// Whether the writer is known to put a marker before each chunk.
  var expectsMarkers = false
  /// Whether the marker of the next chunk was damaged, so that a chunk may come without.
  private var allowsUnmarked = false
  /// Of the next marker; nil where damage makes it unknown.
  private var nextSequence: UInt64? = 0
  /// Events that the producer has dropped so far.
  private(set) var droppedEvents: UInt64 = 0
  /// CRC-32 of all so far; nil behind damage.
  private var dataChecksum: UInt32? = 0

  /// A scanner of the bytes from `position` on; behind the first byte, markers are expected.
  init(startingAt position: UInt64 = 0) {
    guard position > 0 else { return }
    self.position = position
    (mode, expectsMarkers, dataChecksum, nextSequence) = (.data, true, nil, nil)
  }

  /// Looks at `window`, the bytes from `position` on.
  mutating func next(_ window: UnsafeRawBufferPointer) -> ScanResult {
    let result =
      switch mode {
      case .magic: scanMagic(window)
      case .data: scanRecord(window)
      case .span(let marker): scanSpan(window, marker)
      case .lost(let reported, let reason): search(window, reported: reported, reason: reason)
      case .summary(let start, let checksum):
        scanSummary(window, start: start, checksum: checksum)
      case .finalMagic: scanFinalMagic(window)
      case .closed: scanBehindEnd(window)
      }
    if case .advanced(let count, _) = result {
      if dataChecksum != nil {
        advanceChecksum(UnsafeRawBufferPointer(rebasing: window[..<count]))
      }
      position += UInt64(count)
    }
    return result
  }

  private mutating func advanceChecksum(_ bytes: UnsafeRawBufferPointer) {
    dataChecksum = dataChecksum.map { crc32(bytes, continuing: $0) }
  }

  /// A gap that starts here, noting that there is one.
  mutating func gap(_ count: Int, _ reason: String) -> Finding {
    dataChecksum = nil
    nextSequence = nil
    return .gap(TraceGap(bytes: position..<position + UInt64(count), reason: reason))
  }

  /// Starts over at `position`, where the summary is known to be.
  mutating func resume(atSummary start: UInt64) {
    (mode, position, dataChecksum) = (.summary(start: start, checksum: 0), start, nil)
  }

  mutating func lose(_ reason: String) -> ScanResult {
    mode = .lost(reported: position, reason: reason)
    dataChecksum = nil
    nextSequence = nil
    return .advanced(0, [])
  }
}

// MARK: - Data section

extension TraceScanner {
  private mutating func scanMagic(_ window: UnsafeRawBufferPointer) -> ScanResult {
    guard window.count >= mcapMagic.count else { return .needs(mcapMagic.count) }
    mode = .data
    guard window.starts(with: mcapMagic) else {
      return .advanced(mcapMagic.count, [gap(mcapMagic.count, "the file's first bytes are wrong")])
    }
    return .advanced(mcapMagic.count, [])
  }

  private mutating func scanRecord(_ window: UnsafeRawBufferPointer) -> ScanResult {
    guard let head = RecordHead(window) else { return .needs(RecordHead.size) }
    let opcode = Opcode(rawValue: head.opcode)
    if opcode == .dataEnd, (4...4096).contains(head.length) { return scanDataEnd(window, head) }
    if expectsMarkers || opcode == .marker {
      guard window.count >= RecordHead.size + 16 else { return .needs(RecordHead.size + 16) }
      let isNamed = opcode == .marker && head.length == UInt64(Marker.size)
      if window[RecordHead.size...].starts(with: Marker.bytes) || expectsMarkers && isNamed {
        return scanMarker(window, isNamed: isNamed)
      }
      guard !expectsMarkers || allowsUnmarked else {
        return lose("there is no chunk where one should be")
      }
    }
    guard head.length <= Self.maximumSpan else { return lose("a record's length is wrong") }
    let end = RecordHead.size + Int(head.length)
    if opcode == .header || expectsMarkers,
      Marker.firstIndex(in: UnsafeRawBufferPointer(rebasing: window.prefix(end)), from: 0) != nil
    {
      return lose("a record's length is wrong")
    }
    guard window.count >= end else { return .needs(end) }
    switch opcode {
    case .header:
      var fields = FieldReader(UnsafeRawBufferPointer(rebasing: window[RecordHead.size..<end]))
      let library = (try? HeaderRecord(&fields))?.library ?? ""
      expectsMarkers = library == "gradtop" || library.hasPrefix("gradtop ")
      return .advanced(end, [])
    case .chunk: return .advanced(end, [.chunk(0..<end, indexes: end..<end, .unmarked)])
    case .schema, .channel, .message: return .advanced(end, [.records(0..<end)])
    case .messageIndex, .attachment, .metadata, .marker, .stepIndex: return .advanced(end, [])
    case nil where head.opcode > 0x80: return .advanced(end, [])
    default: return lose("there is no record where one should be")
    }
  }

  private mutating func scanDataEnd(
    _ window: UnsafeRawBufferPointer, _ head: RecordHead
  ) -> ScanResult {
    let end = RecordHead.size + Int(head.length)
    guard window.count >= end else { return .needs(end) }
    let stored = UInt32(
      littleEndian: window.loadUnaligned(fromByteOffset: RecordHead.size, as: UInt32.self))
    mode = .summary(start: position + UInt64(end), checksum: 0)
    let computed = dataChecksum
    dataChecksum = nil
    guard let computed, stored != 0, stored != computed else { return .advanced(end, []) }
    return .advanced(
      end, [gap(end, "the checksum of the data section does not match, though each chunk's does")])
  }

  private mutating func scanMarker(
    _ window: UnsafeRawBufferPointer, isNamed: Bool
  ) -> ScanResult {
    guard window.count >= Marker.recordSize else { return .needs(Marker.recordSize) }
    let content = UnsafeRawBufferPointer(rebasing: window[RecordHead.size..<Marker.recordSize])
    guard let marker = Marker(content), marker.length <= Self.maximumSpan else {
      allowsUnmarked = true
      return .advanced(Marker.recordSize, [gap(Marker.recordSize, "a marker is damaged")])
    }
    var findings: [Finding] = []
    if !isNamed { findings.append(gap(RecordHead.size, "the head of a marker is damaged")) }
    findings += enter(marker)
    return .advanced(Marker.recordSize, findings)
  }

  /// Goes on behind a sound marker.
  private mutating func enter(_ marker: Marker) -> [Finding] {
    var findings: [Finding] = []
    if let nextSequence, marker.sequence != nextSequence {
      findings.append(
        gap(0, "chunk \(marker.sequence) stands where chunk \(nextSequence) should be"))
    }
    if marker.droppedEvents > droppedEvents {
      findings.append(
        .gap(
          TraceGap(
            bytes: position..<position, droppedEvents: marker.droppedEvents - droppedEvents,
            reason: "the producer dropped events")))
    }
    droppedEvents = marker.droppedEvents
    nextSequence = marker.sequence &+ 1
    expectsMarkers = true
    allowsUnmarked = false
    mode = .span(marker)
    return findings
  }

  private mutating func scanSpan(
    _ window: UnsafeRawBufferPointer, _ marker: Marker
  ) -> ScanResult {
    let length = Int(marker.length)
    guard window.count >= length else { return .needs(max(length, 1)) }
    let span = UnsafeRawBufferPointer(rebasing: window[..<length])
    mode = .data
    if crc32c(span) == marker.checksum {
      return .advanced(length, chunks(in: span, .sound))
    }
    // Bytes may be missing, so that the next marker comes early, or reaches beyond the span.
    let around = UnsafeRawBufferPointer(rebasing: window.prefix(length + Marker.recordSize))
    let next = firstMarker(in: around).map { max(0, $0.index - RecordHead.size) } ?? length
    let end = min(next, length)
    let damaged = UnsafeRawBufferPointer(rebasing: window[..<end])
    return .advanced(
      end,
      [gap(end, "the checksum of a chunk does not match")] + chunks(in: damaged, .damaged))
  }

  private func chunks(
    in span: UnsafeRawBufferPointer, _ condition: Finding.Condition
  ) -> [Finding] {
    var found: [Range<Int>] = []
    var ends: [Int] = []
    forEachRecord(in: span) { opcode, offset, content in
      guard opcode == Opcode.chunk.rawValue else { return }
      if !found.isEmpty { ends.append(offset) }
      found.append(offset..<offset + RecordHead.size + content.count)
    }
    ends.append(span.count)
    return zip(found, ends).map { chunk, end in
      .chunk(chunk, indexes: chunk.upperBound..<end, condition)
    }
  }
}

// MARK: - Behind damage

extension TraceScanner {
  private func firstMarker(
    in bytes: UnsafeRawBufferPointer
  ) -> (index: Int, marker: Marker)? {
    var start = 0
    while let index = Marker.firstIndex(in: bytes, from: start) {
      if let marker = Marker(UnsafeRawBufferPointer(rebasing: bytes[index...])),
        marker.length <= Self.maximumSpan
      {
        return (index, marker)
      }
      start = index + 1
    }
    return nil
  }

  private mutating func search(
    _ window: UnsafeRawBufferPointer, reported: UInt64, reason: String
  ) -> ScanResult {
    if let (index, marker) = firstMarker(in: window) {
      let fixed = position + UInt64(index)
      var start = position + UInt64(max(0, index - RecordHead.size))
      // Where nothing is before the marker, it is its head that is damaged.
      if start <= reported { start = fixed }
      var findings: [Finding] = []
      if start > reported {
        findings.append(.gap(TraceGap(bytes: reported..<start, reason: reason)))
      }
      return .advanced(index + Marker.size, findings + enter(marker))
    }
    let done = window.count - Marker.recordSize + 1
    return done > 0 ? .advanced(done, []) : .needs(Marker.recordSize)
  }

  /// Reports what is known to be lost where no more bytes are there, though some may yet come.
  mutating func reportLost(upTo end: UInt64) -> [Finding] {
    guard case .lost(let reported, let reason) = mode, end > reported else { return [] }
    mode = .lost(reported: end, reason: reason)
    return [.gap(TraceGap(bytes: reported..<end, reason: reason))]
  }
}
