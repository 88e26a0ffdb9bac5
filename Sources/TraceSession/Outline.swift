import TraceFormat

/// A long trace as its index and its summaries tell of it: read in a time that does not depend on its
/// length.
struct Outline {
  let extent: ClosedRange<Int>
  let chunks: ChunkMap
  let facts: RunningFacts
  /// The run, the graphs and the plans.
  let names: [TraceItem]
  /// What the producer found, of very much the newest.
  let findings: [FindingRecord]

  /// More blocks than a screen has columns.
  private static let blocks = 1024
  /// Of the summaries that are read, where there is a coarser level: a few milliseconds' worth.
  static let levelBytes: UInt64 = 8 << 20
  /// Chunks that are read for their findings, at most: a few milliseconds' worth.
  private static let findingChunks = 32

  /// Nil where the index does not tell which steps are where, or what it tells is not there.
  init?(
    _ file: TraceFile, _ index: TraceIndex, partCapacity: Int, levelBytes: UInt64 = levelBytes
  ) {
    guard let chunks = ChunkMap(index), let first = chunks.entries.first,
      let last = chunks.entries.last
    else { return nil }
    extent = first.firstStep...last.lastStep
    self.chunks = chunks
    guard let place = index.chunks.lastIndex(where: \.hasNames),
      var names = try? file.items(in: index.chunks[place].location)
    else { return nil }
    // Plans that came later than all names were said for the last time.
    for chunk in index.chunks[(place + 1)...] where chunk.hasPlans {
      names += ((try? file.items(in: chunk.location)) ?? []).filter { item in
        if case .plan = item { true } else { false }
      }
    }
    self.names = names
    findings = index.chunks.filter(\.hasFindings).suffix(Self.findingChunks).flatMap { chunk in
      ((try? file.items(in: chunk.location)) ?? []).compactMap { item in
        if case .finding(let record) = item { record } else { nil }
      }
    }
    let graph = names.compactMap { item in
      if case .graph(let graph) = item { graph } else { nil }
    }.last

    let count = last.lastStep - first.firstStep
    guard let stride = Self.stride(index, steps: count, levelBytes: levelBytes) else { return nil }
    var facts = RunningFacts()
    let ends = [first.location, last.location].map { (try? file.items(in: $0)) ?? [] }
    if let newest = Self.steps(ends[1]).last { facts.expect(newest) }
    for chunk in index.chunks where chunk.steps?.stride == stride {
      guard let summaries = try? file.summaries(in: chunk.location) else { return nil }
      for summary in summaries where summary.stride == UInt32(stride) {
        facts.add(summary, extent: extent)
      }
    }
    guard !facts.isEmpty else { return nil }
    // What the summaries say of the first and the last step is a mean.
    for step in [Self.steps(ends[0]).first, Self.steps(ends[1]).last] {
      if let step { facts.note(step, graph: graph.map { GraphIndex($0) } ?? GraphIndex()) }
    }
    facts.count(steps: index.steps)
    self.facts = facts
  }

  /// The finest level that has neither more blocks nor more bytes than are worth reading; else the
  /// coarsest there is.
  private static func stride(_ index: TraceIndex, steps: Int, levelBytes: UInt64) -> UInt64? {
    var bytes: [UInt64: UInt64] = [:]
    for chunk in index.chunks {
      guard let stride = chunk.steps?.stride, stride > 1 else { continue }
      bytes[stride, default: 0] += chunk.location.length
    }
    let levels = TraceIndex.strides.filter { bytes[$0] != nil }
    return levels.first { steps / Int($0) < blocks && bytes[$0, default: 0] <= levelBytes }
      ?? levels.last
  }

  private static func steps(_ items: [TraceItem]) -> [Step] {
    items.compactMap { item in
      if case .step(let step, _) = item { step } else { nil }
    }
  }
}

extension ChunkMap {
  /// The chunks with steps; nil where they are not in order: then only reading them tells what counts.
  init?(_ index: TraceIndex) {
    for chunk in index.chunks {
      guard chunk.hasSteps else { continue }
      guard let span = chunk.steps, span.stride == 1, span.steps.upperBound <= 1 << 53 else {
        return nil
      }
      let before = entries.last
      guard before.map({ $0.lastStep < Int(span.steps.lowerBound) }) ?? true else { return nil }
      append(
        Entry(
          location: chunk.location, firstStep: Int(span.steps.lowerBound),
          lastStep: Int(span.steps.upperBound),
          firstActivation: span.activations.map { Int(clamping: $0.lowerBound) },
          lastActivation: span.activations.map { Int(clamping: $0.upperBound) }
            ?? before?.lastActivation))
    }
  }
}
