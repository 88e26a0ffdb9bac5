/// Where the chunks of a closed trace are, by its summary: nothing else of the file is read.
public struct TraceIndex: Equatable, Sendable {
  /// A chunk, by the summary.
  public struct Chunk: Equatable, Sendable {
    /// For `TraceSource.items(in:)`.
    public var location: ChunkLocation
    /// Of its messages, in nanoseconds of Unix time.
    public var times: ClosedRange<UInt64>
    /// Whether it has steps.
    public var hasSteps: Bool
    /// Whether it has the run or a graph.
    public var hasNames: Bool
    /// Whether it has a plan.
    public var hasPlans: Bool
    /// Whether it has findings of the producer's.
    public var hasFindings: Bool
    /// Which steps are in it, or are summed up in it; nil where the summary does not say.
    public var steps: StepSpan?
  }

  /// A trace of fewer bytes is as soon read as looked up, and then it is verified, too.
  public static let worthwhileBytes: UInt64 = 8 << 20

  /// Steps in a block of the summaries, from the finest to the coarsest.
  public static let strides = LevelBuilder.strides

  /// In file order.
  public var chunks: [Chunk]
  /// In all chunks.
  public var steps: UInt64

  /// The index of the trace at `path`; nil where it has none, or a damaged one.
  ///
  /// - Throws: `TraceReadError.system` where the file cannot be read.
  public init?(path: String) throws(TraceReadError) {
    var window = try FileWindow(path: path)
    var chunks: [Chunk] = []
    guard let section = try SummarySection(&window, note: { chunks.append(Chunk($0)) }) else {
      return nil
    }
    if section.stepSpans.count == chunks.count {
      for (index, span) in section.stepSpans.enumerated() { chunks[index].steps = span }
    }
    self.chunks = chunks
    steps = section.statistics?.messageCounts.first { $0.0 == Topic.step.rawValue }?.1 ?? 0
  }
}

extension TraceIndex.Chunk {
  init(_ record: ChunkIndexRecord) {
    location = ChunkLocation(offset: record.chunkStart, length: record.chunkLength)
    times = record.startTime...record.endTime
    (hasSteps, hasNames, hasPlans, hasFindings) = (false, false, false, false)
    for (channel, _) in record.messageIndexOffsets {
      switch Topic(rawValue: channel) {
      case .step: hasSteps = true
      case .run, .graph: hasNames = true
      case .plan: hasPlans = true
      case .finding: hasFindings = true
      case .summary, .detail, nil: break
      }
    }
  }
}
