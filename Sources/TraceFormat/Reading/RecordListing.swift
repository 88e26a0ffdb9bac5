/// The records of any MCAP file, be it a trace of ours or not.
public enum RecordListing {
  /// Calls `body` with each record, in file order, chunks opened in place; chunks themselves, message
  /// indexes and private records are left out.
  ///
  /// - Throws: `TraceReadError` at the first damage, behind the records before it.
  public static func read(
    path: String, _ body: (RecordDescription) -> Void
  ) throws(TraceReadError) {
    var window = try FileWindow(path: path)
    var opener = ChunkOpener()
    guard try window.fill(mcapMagic.count), window.bytes.starts(with: mcapMagic) else {
      throw .notATrace(path: path)
    }
    window.drop(mcapMagic.count)
    var opcode: UInt8 = 0
    while opcode != Opcode.footer.rawValue {
      _ = try window.fill(RecordHead.size)
      guard let head = RecordHead(window.bytes) else {
        throw .damaged(offset: window.offset, reason: "the file ends before its footer")
      }
      guard head.length <= TraceScanner.maximumSpan else {
        throw .damaged(offset: window.offset, reason: "a record's length is wrong")
      }
      let end = RecordHead.size + Int(head.length)
      guard try window.fill(end) else {
        throw .damaged(offset: window.offset, reason: "the file ends inside a record")
      }
      let content = UnsafeRawBufferPointer(rebasing: window.bytes[RecordHead.size..<end])
      opcode = head.opcode
      do throws(ChunkError) {
        try list(opcode, content, &opener, body)
      } catch {
        throw .damaged(offset: window.offset, reason: error.reason)
      }
      window.drop(end)
    }
    guard try window.fill(mcapMagic.count), window.bytes.starts(with: mcapMagic) else {
      throw .damaged(offset: window.offset, reason: "the file's last bytes are wrong")
    }
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
