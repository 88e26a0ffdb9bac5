import TraceFormat

/// Which chunk holds which steps: the one thing that grows with a trace.
struct ChunkMap: Sendable {
  struct Entry: Equatable, Sendable {
    var location: ChunkLocation
    var firstStep: Int
    var lastStep: Int
    /// The first step in here with activation columns.
    var firstActivation: Int?
    /// The newest step with activation columns, in here or before.
    var lastActivation: Int?
  }

  /// Ascending, and disjoint.
  private(set) var entries: [Entry] = []

  init() {}

  /// Notes a chunk behind all others.
  mutating func append(_ entry: Entry) {
    entries.append(entry)
  }

  /// Notes that `step` is in the chunk at `location`.
  ///
  /// A step at or before one that was noted takes the place of all that followed it: the producer
  /// was resumed there.
  mutating func add(_ step: Int, in location: ChunkLocation, hasActivations: Bool) {
    if let newest = entries.last, newest.lastStep >= step { drop(from: step) }
    let before = entries.last
    if before?.location != location {
      entries.append(
        Entry(
          location: location, firstStep: step, lastStep: step,
          lastActivation: before?.lastActivation))
    }
    let last = entries.count - 1
    entries[last].lastStep = step
    guard hasActivations else { return }
    entries[last].firstActivation = entries[last].firstActivation ?? step
    entries[last].lastActivation = step
  }

  private mutating func drop(from step: Int) {
    while let newest = entries.last, newest.firstStep >= step { entries.removeLast() }
    guard let newest = entries.last, newest.lastStep >= step else { return }
    let last = entries.count - 1
    entries[last].lastStep = step - 1
    if let first = newest.firstActivation {
      // Which of the steps that are left have activations is not known: the first one does.
      entries[last].firstActivation = first < step ? first : nil
      entries[last].lastActivation =
        first < step ? first : (last > 0 ? entries[last - 1].lastActivation : nil)
    }
  }

  /// The chunk that holds `step`, or would.
  func entry(for step: Int) -> Entry? {
    index(for: step).map { entries[$0] }.flatMap { step <= $0.lastStep ? $0 : nil }
  }

  /// The chunk with the newest activation columns at or before `step`.
  func entryOfActivations(at step: Int) -> Entry? {
    guard let index = index(for: step) else { return nil }
    if let first = entries[index].firstActivation, first <= step { return entries[index] }
    guard index > 0, let newest = entries[index - 1].lastActivation else { return nil }
    return entry(for: newest)
  }

  /// The last entry that starts at or before `step`.
  private func index(for step: Int) -> Int? {
    var (low, high) = (0, entries.count)
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].firstStep <= step { low = middle + 1 } else { high = middle }
    }
    return low > 0 ? low - 1 : nil
  }
}
