import TraceFormat

/// A trace whose items are given, a chunk for each list; chunks can be lost.
final class ListedSource: TraceSource {
  var chunks: [[TraceItem]] = []
  var state = TraceState.growing
  var bytesRead: UInt64 = 0
  /// Chunks that were read again.
  private(set) var reads = 0
  var lost: Set<UInt64> = []
  private var position = 0

  /// Appends a chunk with `steps`.
  func append(_ steps: Step...) {
    let location = ChunkLocation(offset: UInt64(chunks.count), length: 1)
    chunks.append(steps.map { .step($0, in: location) })
  }

  func append(_ items: [TraceItem]) {
    chunks.append(items)
  }

  func poll(limit: Int) -> [TraceItem] {
    let end = min(position + limit, chunks.count)
    defer { position = end }
    bytesRead = UInt64(end)
    return chunks[position..<end].flatMap(\.self)
  }

  func items(in location: ChunkLocation) throws(TraceReadError) -> [TraceItem] {
    reads += 1
    guard !lost.contains(location.offset), location.offset < chunks.count else {
      throw .damaged(offset: location.offset, reason: "lost")
    }
    return chunks[Int(location.offset)]
  }
}
