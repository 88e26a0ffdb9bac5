import TraceFormat

/// The steps of the chunks that were asked for last.
struct ChunkCache {
  private struct Entry {
    var location: ChunkLocation
    var steps: [Step]
  }

  /// The least recently used first.
  private var entries: [Entry] = []
  private let capacity: Int

  /// No chunks, and room for `capacity`.
  init(capacity: Int) {
    self.capacity = capacity
  }

  /// The steps of the chunk at `location`; none where it can no longer be read.
  mutating func steps(in location: ChunkLocation, of source: any TraceSource) -> [Step] {
    if let index = entries.lastIndex(where: { $0.location == location }) {
      let entry = entries.remove(at: index)
      entries.append(entry)
      return entry.steps
    }
    let items = (try? source.items(in: location)) ?? []
    let steps = items.compactMap { item in
      if case .step(let step, _) = item { step } else { nil }
    }
    if entries.count >= capacity { entries.removeFirst() }
    entries.append(Entry(location: location, steps: steps))
    return steps
  }

  mutating func removeAll() {
    entries = []
  }
}
