import Synchronization

/// A trace as it is being written in this process, or comes through a pipe: bytes are appended on
/// one thread and polled on another, whatever becomes of the file.
public final class TraceFeed: TraceSource, Sendable {
  private struct Piece {
    var offset: UInt64
    var bytes: [UInt8]
  }

  private struct Queue {
    var pieces: [Piece] = []
    var count = 0
  }

  private struct Reader: ~Copyable {
    var window = ByteBuffer()
    var scanner = TraceScanner()
    var decoder = ChunkDecoder()
    /// Where the bytes end that were taken from the queue.
    var end: UInt64 = 0
    var history = ChunkHistory()
  }

  private let queue = Mutex(Queue())
  private let reader = Mutex(Reader())
  private let path: String?
  private let queueLimit: Int
  private let historyLimit: Int

  /// An empty feed.
  ///
  /// - Parameters:
  ///   - path: the file that gets the same bytes: chunks that are forgotten here are read from it.
  ///   - queueLimit: bytes that wait for `poll`; beyond it the oldest are dropped, as a gap.
  ///   - historyLimit: bytes of chunks kept for `items(in:)`.
  public init(path: String? = nil, queueLimit: Int = 64 << 20, historyLimit: Int = 64 << 20) {
    self.path = path
    self.queueLimit = queueLimit
    self.historyLimit = historyLimit
  }

  /// Hands in what comes at `offset` of the trace.
  public func append(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) {
    let piece = Piece(offset: offset, bytes: Array(bytes))
    queue.withLock { queue in
      queue.pieces.append(piece)
      queue.count += piece.bytes.count
      var dropped = 0
      while queue.count > queueLimit, dropped + 1 < queue.pieces.count {
        queue.count -= queue.pieces[dropped].bytes.count
        dropped += 1
      }
      queue.pieces.removeFirst(dropped)
    }
  }

  /// Bytes that wait for `poll`: who can wait does so before the oldest are dropped.
  public var queuedBytes: Int { queue.withLock { $0.count } }

  /// Whether the end has been seen.
  public var state: TraceState {
    reader.withLock { $0.scanner.mode == .closed ? .closed : .growing }
  }

  /// Bytes read so far.
  public var bytesRead: UInt64 {
    reader.withLock { $0.scanner.position }
  }

  /// What has come since the last call.
  public func poll(limit: Int) -> [TraceItem] {
    reader.withLock { reader in
      var items: [TraceItem] = []
      var chunks = 0
      // Chunks that tell nothing new are stepped over: nothing means that nothing is there.
      while items.isEmpty || chunks < limit {
        switch reader.scanner.next(reader.window.bytes) {
        case .needs:
          guard let piece = takePiece() else { return items }
          items += Self.take(piece, &reader)
        case .advanced(let count, let findings):
          for finding in findings {
            if case .chunk = finding { chunks += 1 }
            items += decode(finding, &reader, ending: count)
          }
          reader.window.removeFirst(count)
        }
      }
      return items
    }
  }

  /// The facts of one chunk again.
  public func items(in location: ChunkLocation) throws(TraceReadError) -> [TraceItem] {
    let kept: [TraceItem]? = reader.withLock { reader in
      guard let record = reader.history.record(at: location) else { return nil }
      var items: [TraceItem] = []
      let isRead = record.withUnsafeBytes { bytes in
        (try? reader.decoder.read(bytes, at: location, into: &items)) != nil
      }
      return isRead ? items : nil
    }
    if let kept { return kept }
    guard let path else {
      throw .damaged(offset: location.offset, reason: "the chunk is no longer in memory")
    }
    return try TraceFile(path: path).items(in: location)
  }
}

// MARK: - Steps of poll

extension TraceFeed {
  private func takePiece() -> Piece? {
    queue.withLock { queue in
      guard !queue.pieces.isEmpty else { return nil }
      let piece = queue.pieces.removeFirst()
      queue.count -= piece.bytes.count
      return piece
    }
  }

  /// Appends a piece to the window; where pieces were dropped before it, starts over at it.
  private static func take(_ piece: Piece, _ reader: inout Reader) -> [TraceItem] {
    defer { reader.end = piece.offset + UInt64(piece.bytes.count) }
    guard piece.offset != reader.end else {
      reader.window.append(piece.bytes)
      return []
    }
    let lost = min(reader.scanner.position, piece.offset)..<piece.offset
    reader.scanner = TraceScanner(startingAt: piece.offset)
    reader.window.removeAll()
    reader.window.append(piece.bytes)
    return [.gap(TraceGap(bytes: lost, reason: "the reader was too slow for the writer"))]
  }

  private func decode(_ finding: Finding, _ reader: inout Reader, ending: Int) -> [TraceItem] {
    // The scanner has moved on already; ranges count from where it was.
    let start = reader.scanner.position - UInt64(ending)
    switch finding {
    case .gap(let gap): return [.gap(gap)]
    case .chunk(let range, _, let condition):
      let record = UnsafeRawBufferPointer(rebasing: reader.window.bytes[range])
      let location = ChunkLocation(
        offset: start + UInt64(range.lowerBound), length: UInt64(range.count))
      reader.history.add(record, at: location, limit: historyLimit)
      let items = reader.decoder.items(
        ofChunk: record, at: location, isReported: condition == .damaged)
      return reader.decoder.withoutRepetitions(items)
    case .records(let range):
      let location = ChunkLocation(
        offset: start + UInt64(range.lowerBound), length: UInt64(range.count))
      let items = reader.decoder.items(
        ofRecords: UnsafeRawBufferPointer(rebasing: reader.window.bytes[range]), at: location)
      return reader.decoder.withoutRepetitions(items)
    }
  }
}
