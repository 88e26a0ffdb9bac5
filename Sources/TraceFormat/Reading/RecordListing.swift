/// The records of any MCAP file, be it a trace of ours or not.
public enum RecordListing {
  /// Calls `body` with each record, in file order, chunks opened in place; chunks themselves, message
  /// indexes and private records are left out.
  ///
  /// - Returns: what is damaged: chunks and records that were stepped over, and where nothing behind
  ///   could be told apart any more.
  /// - Throws: `TraceReadError` where the file cannot be read, or is no MCAP file.
  public static func read(
    path: String, _ body: (RecordDescription) -> Void
  ) throws(TraceReadError) -> [TraceGap] {
    var window = try FileWindow(path: path)
    var opener = ChunkOpener()
    var gaps: [TraceGap] = []
    guard try window.fill(mcapMagic.count), window.bytes.starts(with: mcapMagic) else {
      throw .notATrace(path: path)
    }
    window.drop(mcapMagic.count)
    var opcode: UInt8 = 0
    while opcode != Opcode.footer.rawValue {
      _ = try window.fill(RecordHead.size)
      guard let head = RecordHead(window.bytes) else {
        return gaps + [try rest(of: window, "the file ends before its footer")]
      }
      guard head.length <= TraceScanner.maximumSpan else {
        return gaps + [try rest(of: window, "a record's length is wrong")]
      }
      let end = RecordHead.size + Int(head.length)
      guard try window.fill(end) else {
        return gaps + [try rest(of: window, "the file ends inside a record")]
      }
      let content = UnsafeRawBufferPointer(rebasing: window.bytes[RecordHead.size..<end])
      opcode = head.opcode
      do throws(ChunkError) {
        try list(opcode, content, &opener, body)
      } catch {
        let range = window.offset..<window.offset + UInt64(end)
        gaps.append(TraceGap(bytes: range, reason: error.reason))
      }
      window.drop(end)
    }
    guard try window.fill(mcapMagic.count), window.bytes.starts(with: mcapMagic) else {
      return gaps + [try rest(of: window, "the file's last bytes are wrong")]
    }
    window.drop(mcapMagic.count)
    let behind = try rest(of: window, "there are bytes behind the end")
    return behind.bytes.isEmpty ? gaps : gaps + [behind]
  }

  private static func rest(
    of window: borrowing FileWindow, _ reason: String
  ) throws(TraceReadError) -> TraceGap {
    TraceGap(bytes: window.offset..<max(window.offset, try window.size()), reason: reason)
  }

  private static func list(
    _ opcode: UInt8, _ content: UnsafeRawBufferPointer, _ opener: inout ChunkOpener,
    _ body: (RecordDescription) -> Void
  ) throws(ChunkError) {
    guard opcode == Opcode.chunk.rawValue else { return try list(opcode, content, body) }
    try opener.open(content) { (records) throws(ChunkError) in
      let read = try forEachRecord(in: records) { (opcode, _, content) throws(ChunkError) in
        try list(opcode, content, body)
      }
      guard read == records.count else { throw ChunkError("the chunk ends inside a record") }
    }
  }

  private static func list(
    _ opcode: UInt8, _ content: UnsafeRawBufferPointer, _ body: (RecordDescription) -> Void
  ) throws(ChunkError) {
    do throws(RecordError) {
      if let record = try RecordDescription(opcode, content) { body(record) }
    } catch {
      throw ChunkError("a record with opcode \(opcode) is malformed")
    }
  }
}
