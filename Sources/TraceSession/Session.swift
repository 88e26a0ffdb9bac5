public import TraceFormat

/// A trace as far as it is known: what has come is folded, and one step is looked at.
///
/// Memory is bounded but for some bytes for each chunk. To be used from one thread at a time; a
/// snapshot may go to any.
///
///     let session = Session(source: try TraceFile(path: path))
///     while session.poll() {}
///     session.seek(to: 100)
///     draw(session.snapshot())
public final class Session {
  /// Chunks that are folded by one `poll()`, at most: a few milliseconds' worth.
  public static let chunksPerPoll = 4

  /// First and last step known; nil while there is none.
  public var extent: ClosedRange<Int>? { outline?.extent ?? folded }
  /// Whether the cursor stays at the end as steps come.
  public private(set) var isFollowing = true
  /// Damage and dropped events; of very many, the first ones.
  public var gaps: [TraceGap] { known.gaps }
  /// The run; nil until the trace has said so.
  public private(set) var run: Run?

  /// Whether the end of the trace has been seen.
  public var hasEnded: Bool { source.state == .closed }
  /// Whether the trace was opened by its index, and is not folded to its end yet.
  public var isOutlined: Bool { outline != nil }
  /// What the producer of a trace that is outlined found; empty when all of it is folded, and a judge
  /// has seen it.
  public var recordedFindings: [FindingRecord] { outline?.findings ?? [] }

  private let source: any TraceSource
  /// What the source has told, and is not folded yet.
  private var waiting: ArraySlice<TraceItem> = []
  private var wanted = 0
  private var folded: ClosedRange<Int>?
  private var known = GapList()
  /// What the index tells of a long trace, until all of it is folded.
  private var outline: Outline?
  private var graphs: [UInt32: GraphIndex] = [:]
  private var newestGraph: UInt32?
  private var facts = RunningFacts()
  private var chunks = ChunkMap()
  private var cache = ChunkCache(capacity: 8)
  private var newest: Step?
  private var newestActivations: Step?
  private var details = DetailShelf()
  private var plans = PlanHistory()

  /// A session that has yet to poll `source`.
  public init(source: any TraceSource) {
    self.source = source
  }

  /// A session of the trace in `file`, of which everything is there at once where it is closed and
  /// longer than `threshold` bytes: quantities of the whole run come from its summaries, and are
  /// exact when `poll` has folded it all.
  public convenience init(opening file: TraceFile, threshold: UInt64 = TraceIndex.worthwhileBytes) {
    self.init(source: file)
    guard file.bytes >= threshold, let index = file.index(),
      let outline = Outline(file, index, partCapacity: RunningFacts.partCapacity)
    else { return }
    for item in outline.names { fold(item) }
    self.outline = outline
  }

  /// Folds what is new, at most `limit` chunks of it.
  ///
  /// - Parameters:
  ///   - most: Items that are folded at most; the next call goes on with the others.
  ///   - observe: gets each item behind its folding, for a judge or an export.
  /// - Returns: whether anything was new; there may be more.
  @discardableResult
  public func poll(
    limit: Int = Session.chunksPerPoll, items most: Int = .max,
    observe: (TraceItem) -> Void = { _ in }
  ) -> Bool {
    let (bytes, state) = (source.bytesRead, source.state)
    if waiting.isEmpty { waiting = source.poll(limit: limit)[...] }
    let items = waiting.prefix(most)
    waiting = waiting.count > most ? waiting.dropFirst(most) : []
    for item in items {
      fold(item)
      observe(item)
    }
    if outline != nil, waiting.isEmpty, source.state == .closed { outline = nil }
    return !items.isEmpty || source.bytesRead != bytes || source.state != state
  }

  /// Looks at `step`, or at the nearest one there is, from now on.
  public func seek(to step: Int) {
    wanted = step
    isFollowing = false
  }

  /// Looks at the newest step from now on.
  public func follow() {
    isFollowing = true
  }

  /// The step that is looked at.
  public var cursor: Int {
    guard let extent else { return isFollowing ? 0 : max(0, wanted) }
    return isFollowing ? extent.upperBound : min(max(wanted, extent.lowerBound), extent.upperBound)
  }
}

// MARK: - Folding

extension Session {
  private func fold(_ item: TraceItem) {
    switch item {
    case .run(let run):
      if let known = self.run, known.runID != run.runID { startOver() }
      self.run = run
    case .graph(let graph):
      graphs[graph.id] = GraphIndex(graph)
      newestGraph = graph.id
    case .step(let step, let location): fold(step, in: location)
    case .detail(let detail): details.add(detail)
    case .plan(let plan): plans.add(plan)
    case .finding: break
    case .gap(let gap): known.add(gap)
    }
  }

  private func fold(_ step: Step, in location: ChunkLocation) {
    // Beyond this, steps are not what a producer counts, and Double cannot tell them apart.
    guard step.index <= 1 << 53 else { return }
    let index = Int(step.index)
    known.add(step: step.index)
    if let folded, index <= folded.lowerBound { forgetSteps() }
    if let folded, index <= folded.upperBound {
      cache.removeAll()
      newestActivations = nil
    }
    let hasActivations = !step.activations.node.isEmpty
    chunks.add(index, in: location, hasActivations: hasActivations)
    facts.add(step, at: index, graph: graph(of: step))
    plans.add(step)
    folded = min(folded?.lowerBound ?? index, index)...index
    newest = step
    if hasActivations { newestActivations = step }
  }

  /// Another run took the place of this one.
  private func startOver() {
    forgetSteps()
    outline = nil
    details = DetailShelf()
    plans = PlanHistory()
    graphs = [:]
    newestGraph = nil
  }

  /// The steps come again from the first one.
  private func forgetSteps() {
    facts = RunningFacts()
    chunks = ChunkMap()
    cache.removeAll()
    (folded, newest, newestActivations) = (nil, nil, nil)
    plans.forgetTimes()
  }

  private func graph(of step: Step?) -> GraphIndex {
    let id = step?.graph ?? newestGraph
    return id.flatMap { graphs[$0] } ?? newestGraph.flatMap { graphs[$0] } ?? GraphIndex()
  }
}

// MARK: - Looking

extension Session {
  /// The trace as seen from the cursor.
  ///
  /// Columns are shared with the session until it folds on. Where the cursor is not at the newest
  /// step, up to two chunks are read, unless they were lately.
  public func snapshot() -> Snapshot {
    let step = step(at: cursor)
    let facts = outline?.facts ?? self.facts
    return Snapshot(
      run: run, graph: graph(of: step), state: source.state, extent: extent, cursor: cursor,
      isFollowing: isFollowing, step: step, activationStep: activationStep(at: cursor),
      scalars: facts.measuredScalars, outputGradNorms: facts.outputGradNorms,
      parameterGradNorms: facts.parameterGradNorms, updateRatios: facts.updateRatios,
      totals: facts.totals, details: details.details(at: cursor, isNewest: isFollowing),
      plans: plans.periods, gaps: gaps, bytes: source.bytesRead)
  }

  private func step(at index: Int) -> Step? {
    if let newest, newest.index == UInt64(index) { return newest }
    let chunks = outline?.chunks ?? self.chunks
    guard let entry = chunks.entry(for: index) else { return nil }
    return cache.steps(in: entry.location, of: source).last { $0.index == UInt64(index) }
  }

  private func activationStep(at index: Int) -> Step? {
    if outline == nil, let newestActivations, newestActivations.index <= UInt64(index) {
      return newestActivations
    }
    let chunks = outline?.chunks ?? self.chunks
    guard let entry = chunks.entryOfActivations(at: index) else { return nil }
    return cache.steps(in: entry.location, of: source).last {
      !$0.activations.node.isEmpty && $0.index <= UInt64(min(index, entry.lastStep))
    }
  }
}
