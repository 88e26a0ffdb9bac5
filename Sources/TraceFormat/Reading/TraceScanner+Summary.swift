extension TraceScanner {
  mutating func scanSummary(
    _ window: UnsafeRawBufferPointer, start: UInt64, checksum: UInt32
  ) -> ScanResult {
    if window.count >= mcapMagic.count, window.starts(with: mcapMagic) {
      mode = .closed
      return .advanced(mcapMagic.count, [gap(0, "the footer is damaged")])
    }
    guard let head = RecordHead(window) else { return .needs(RecordHead.size) }
    guard head.opcode != Opcode.marker.rawValue else {
      return lose("there is a chunk behind the end of the data")
    }
    guard head.length <= Self.maximumSpan else { return lose("the summary is damaged") }
    let end = RecordHead.size + Int(head.length)
    guard window.count >= end else { return .needs(end) }
    guard head.opcode == Opcode.footer.rawValue else {
      let record = UnsafeRawBufferPointer(rebasing: window[..<end])
      mode = .summary(start: start, checksum: crc32(record, continuing: checksum))
      return .advanced(end, [])
    }
    var fields = FieldReader(UnsafeRawBufferPointer(rebasing: window[RecordHead.size..<end]))
    guard let footer = try? FooterRecord(&fields) else { return lose("the footer is damaged") }
    let covered = UnsafeRawBufferPointer(rebasing: window[..<(RecordHead.size + 16)])
    let computed = crc32(covered, continuing: checksum)
    mode = .finalMagic
    guard footer.checksum == 0 || footer.checksum == computed else {
      return .advanced(
        end, [gap(end, "the checksum of the summary does not match: it holds no step")])
    }
    return .advanced(end, [])
  }

  mutating func scanFinalMagic(_ window: UnsafeRawBufferPointer) -> ScanResult {
    guard window.count >= mcapMagic.count else { return .needs(mcapMagic.count) }
    mode = .closed
    let isRight = window.starts(with: mcapMagic)
    return .advanced(
      mcapMagic.count, isRight ? [] : [gap(mcapMagic.count, "the file's last bytes are wrong")])
  }

  mutating func scanBehindEnd(_ window: UnsafeRawBufferPointer) -> ScanResult {
    guard !window.isEmpty else { return .needs(1) }
    return .advanced(window.count, [gap(window.count, "there are bytes behind the end")])
  }

  /// Called where the bytes end before the scanner has what it needs.
  ///
  /// A file that is being written ends somewhere, and the rest comes. One whose last bytes are
  /// `tail`, a footer and the final magic, is complete: then what does not fit before is damage.
  ///
  /// - Returns: what is damaged; `position` has changed where `moved`.
  mutating func end(
    at end: UInt64, tail: UnsafeRawBufferPointer
  ) -> (findings: [Finding], moved: Bool) {
    let isComplete =
      end >= UInt64(2 * mcapMagic.count) && tail.count >= mcapMagic.count
      && tail[(tail.count - mcapMagic.count)...].elementsEqual(mcapMagic)
    guard mode != .closed, end > position, isComplete else { return (reportLost(upTo: end), false) }
    let reason: String
    switch mode {
    case .lost(let lostFrom, _):
      return close(at: end, lostFrom: lostFrom, summaryStart: Self.footer(tail)?.summaryStart)
    case .summary: reason = "the summary is damaged"
    case .finalMagic: reason = "the footer is damaged"
    default: reason = "the last chunk is damaged"
    }
    // There may be markers between here and the end.
    _ = lose(reason)
    return ([], true)
  }

  private mutating func close(
    at end: UInt64, lostFrom: UInt64, summaryStart: UInt64?
  ) -> (findings: [Finding], moved: Bool) {
    if let summaryStart, summaryStart > lostFrom, summaryStart < end {
      let findings = reportLost(upTo: summaryStart)
      resume(atSummary: summaryStart)
      return (findings, true)
    }
    let findings = reportLost(upTo: end)
    mode = .closed
    return (findings, false)
  }

  /// The footer in the last bytes of a file, if one is there.
  static func footer(_ tail: UnsafeRawBufferPointer) -> FooterRecord? {
    let size = RecordHead.size + FooterRecord.size
    guard tail.count >= size + mcapMagic.count,
      tail[(tail.count - mcapMagic.count)...].elementsEqual(mcapMagic)
    else { return nil }
    let footer = UnsafeRawBufferPointer(rebasing: tail.dropLast(mcapMagic.count).suffix(size))
    guard let head = RecordHead(footer), head.opcode == Opcode.footer.rawValue,
      head.length == UInt64(FooterRecord.size)
    else { return nil }
    var fields = FieldReader(UnsafeRawBufferPointer(rebasing: footer[RecordHead.size...]))
    return try? FooterRecord(&fields)
  }
}
