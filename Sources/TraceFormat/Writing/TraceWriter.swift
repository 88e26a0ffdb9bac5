/// Writes a trace, chunk by chunk.
///
/// Whoever calls it does so from one thread at a time. Where the output fails (the disk is full) it
/// goes on without: the tap still gets everything, and `failure` and `lostSteps` say what is lost.
///
///     let writer = TraceWriter(output: try FileOutput(path: path, overwriting: false), run: run)
///     writer.write(graph: graph, now: clock())
///     writer.write(step: step, now: clock())   // for each step
///     writer.flushIfDue(now: clock())          // now and then
///     writer.close(now: clock())
public final class TraceWriter {
  /// When to write, and how.
  public struct Options: Sendable {
    /// A chunk is written when it holds so many bytes, before compression.
    public var chunkBytes = 256 << 10
    /// A chunk is written when its first message is so old, in nanoseconds.
    public var flushInterval: UInt64 = 100_000_000
    /// Run and graph are repeated after so many bytes of the file.
    public var repetitionBytes: UInt64 = 64 << 20
    /// How chunks are compressed.
    public var compression = ChunkCompression.zstd
    /// Whether steps are summed up in `/summary`.
    public var writesLevels = true
    /// Whether to wait for the disk after each chunk.
    public var syncsEachChunk = false

    /// As for a run that is watched.
    public init() {}
  }

  /// The first failure of the output; from then on nothing more is written to it.
  public private(set) var failure: TraceWriteError?
  /// Steps that the output did not get.
  public private(set) var lostSteps: UInt64 = 0
  /// Events that the caller had to drop so far: the trace says so, too.
  public var droppedEvents: UInt64 = 0
  /// Bytes of the trace so far, lost ones included.
  public private(set) var position: UInt64 = 0

  private let output: any TraceOutput
  private let tap: TraceFeed?
  private let options: Options
  let run: Run
  private(set) var graphs: [Graph] = []
  private(set) var plans: [PlanRecord] = []
  private var chunk: ChunkBuilder
  private var message = ByteBuffer(capacity: 64 << 10)
  private var spareMessage = ByteBuffer()
  private var pending = ByteBuffer(capacity: 512 << 10)
  private var summary = SummaryWriter()
  /// Which steps are in the open chunk.
  private var span: StepSpan?
  private var levels = LevelBuilder()
  /// Summaries that wait for chunks of their own.
  private var summaries: [Summary] = []
  private var checksum: UInt32 = 0
  private var sequence: UInt64 = 0
  private var chunkOpened: UInt64?
  private var lastRepetition: UInt64 = 0
  private var isClosed = false
  /// When the last step ended, in Unix time.
  private(set) var lastTime: UInt64 = 0
  /// Steps handed to the output.
  private var writtenSteps: UInt64 = 0

  /// A trace of `run`; its first bytes are written at once.
  ///
  /// - Parameters:
  ///   - output: where the trace goes.
  ///   - tap: gets the same bytes, whatever becomes of the output.
  public init(
    output: any TraceOutput, run: Run, tap: TraceFeed? = nil, options: Options = Options()
  ) {
    self.output = output
    self.run = run
    self.tap = tap
    self.options = options
    chunk = ChunkBuilder(options.compression)
    Topic.forEachDeclaration {
      summary.add($0)
    } channel: {
      summary.add($0)
    }
    pending.append(mcapMagic)
    pending.append(
      HeaderRecord(
        profile: "gradtop", library: run.version.isEmpty ? "gradtop" : "gradtop " + run.version))
    send(steps: 0)
    addNames(now: run.monotonicOrigin)
  }

  /// Writes the network: before its first step, and again when it changes.
  public func write(graph: Graph, now: UInt64) {
    guard !isClosed else { return }
    graphs.removeAll { $0.id == graph.id }
    graphs.append(graph)
    levels.add(graph)
    if chunk.messageCount(Topic.step.rawValue) > 0 { flush() }
    if chunk.messageCount(Topic.run.rawValue) == 0 {
      addNames(now: now)
    } else {
      add(graph, now: now)
    }
    flush()
  }

  /// Writes a plan: before the first step that it is in force for, and again when it was verified.
  public func write(plan: PlanRecord, now: UInt64) {
    guard !isClosed else { return }
    plans.removeAll { $0.firstStep == plan.firstStep }
    plans.append(plan)
    if chunk.count > 0 { flush() }
    addNames(now: now)
    flush()
  }

  /// Writes a step; it is on disk when its chunk is full or due.
  public func write(step: Step, now: UInt64) {
    guard !isClosed else { return }
    message.removeAll()
    step.encode(into: &message)
    if chunk.count > 0, chunk.count + message.count > options.chunkBytes { flush() }
    note(step)
    let begin = run.wallClockOrigin &+ step.start
    add(
      .step, sequence: UInt32(truncatingIfNeeded: step.index), logTime: begin &+ step.duration,
      publishTime: begin)
    if chunkOpened == nil { chunkOpened = now }
    if chunk.count >= options.chunkBytes { flush() } else { flushIfDue(now: now) }
    repeatNamesIfDue(now: now)
  }

  /// Writes what was seen of an op; whoever is in a hurry calls `flush()` behind it.
  public func write(detail: Detail, now: UInt64) {
    guard !isClosed else { return }
    message.removeAll()
    detail.encode(into: &message)
    if chunk.count > 0, chunk.count + message.count > options.chunkBytes { flush() }
    let time = wallClock(now)
    add(
      .detail, sequence: UInt32(truncatingIfNeeded: detail.step), logTime: time,
      publishTime: time)
    if chunkOpened == nil { chunkOpened = now }
    if chunk.count >= options.chunkBytes { flush() }
  }

  /// Writes a finding; it is on disk when its chunk is full or due.
  public func write(finding: FindingRecord, now: UInt64) {
    guard !isClosed else { return }
    message.removeAll()
    finding.encode(into: &message)
    let time = wallClock(now)
    add(
      .finding, sequence: UInt32(truncatingIfNeeded: finding.lastStep), logTime: time,
      publishTime: time)
    if chunkOpened == nil { chunkOpened = now }
    flushIfDue(now: now)
  }

  /// Writes what is older than the flush interval.
  public func flushIfDue(now: UInt64) {
    guard let chunkOpened, now >= chunkOpened, now - chunkOpened >= options.flushInterval
    else { return }
    flush()
  }

  /// Nanoseconds from `now` until there is something that `flushIfDue` writes; nil while nothing
  /// waits.
  public func timeUntilDue(now: UInt64) -> UInt64? {
    guard let chunkOpened else { return nil }
    let age = now > chunkOpened ? now - chunkOpened : 0
    return options.flushInterval - min(age, options.flushInterval)
  }

  /// Notes a step that comes into the chunk.
  func note(_ step: Step) {
    let hasActivations = !step.activations.node.isEmpty
    var known = span ?? StepSpan(stride: 1, steps: step.index...step.index)
    known.add(step.index, hasActivations: hasActivations)
    span = known
    lastTime = run.wallClockOrigin &+ step.start &+ step.duration
    if options.writesLevels { levels.add(step) { summaries.append($0) } }
  }

  /// Writes what is there.
  public func flush() {
    flushChunk()
    // Only behind the chunk of their steps.
    if !summaries.isEmpty { writeSummaries() }
  }

  /// Writes a marker, and behind it a chunk with its message indexes.
  func write(
    _ stored: UnsafeRawBufferPointer, _ index: ChunkIndexRecord, _ counts: [(UInt16, UInt64)]
  ) {
    Marker(sequence: sequence, droppedEvents: droppedEvents, covering: stored)
      .write(into: &pending)
    pending.append(stored)
    sequence += 1
    summary.add(index, messages: counts)
    summary.add(span)
    span = nil
    let steps = counts.first { $0.0 == Topic.step.rawValue }?.1 ?? 0
    writtenSteps += steps
    send(steps: steps)
  }

  private func flushChunk() {
    guard chunk.count > 0, !isClosed else { return }
    let counts = chunk.messageCounts
    let index = chunk.finish(position: position + UInt64(Marker.recordSize))
    write(chunk.span, index, counts)
    chunkOpened = nil
  }

  /// Ends the trace: names once more, summary, footer.
  public func close(now: UInt64) {
    guard !isClosed else { return }
    flush()
    levels.finish { summaries.append($0) }
    if !summaries.isEmpty { writeSummaries() }
    addNames(now: now)
    flush()
    summary.write(at: position, checksum: checksum, into: &pending)
    send(steps: 0)
    isClosed = true
    do throws(TraceWriteError) { try output.close() } catch {
      // What is said at the end is said of all of it.
      if failure == nil { (failure, lostSteps) = (error, writtenSteps) }
    }
  }
}

// MARK: - Levels

extension TraceWriter {
  /// Writes the summaries that wait: chunks of one level each, so that who draws from one need not
  /// read the others.
  private func writeSummaries() {
    let waiting = summaries
    summaries = []
    // A step may wait in `message` for the chunk that this makes room for.
    swap(&message, &spareMessage)
    defer { swap(&message, &spareMessage) }
    for stride in LevelBuilder.strides {
      for one in waiting where one.stride == UInt32(stride) {
        message.removeAll()
        one.encode(into: &message)
        if chunk.count > 0, chunk.count + message.count > options.chunkBytes { flushChunk() }
        let end = one.firstStep + UInt64(one.blocks) * stride - 1
        var known = span ?? StepSpan(stride: stride, steps: one.firstStep...end)
        known.add(one.firstStep, hasActivations: false)
        known.add(end, hasActivations: false)
        span = known
        add(
          .summary, sequence: UInt32(truncatingIfNeeded: one.firstStep), logTime: lastTime,
          publishTime: lastTime)
      }
      flushChunk()
    }
  }
}

// MARK: - Names

extension TraceWriter {
  func repeatNamesIfDue(now: UInt64) {
    guard position - lastRepetition >= options.repetitionBytes else { return }
    flush()
    addNames(now: now)
    flush()
  }

  /// Puts schemas, channels, run, all graphs and all plans into the chunk.
  private func addNames(now: UInt64) {
    lastRepetition = position
    chunk.addRecords { buffer in
      Topic.forEachDeclaration {
        buffer.append($0)
      } channel: {
        buffer.append($0)
      }
    }
    message.removeAll()
    run.encode(into: &message)
    let time = wallClock(now)
    add(.run, sequence: 0, logTime: time, publishTime: time)
    for graph in graphs { add(graph, now: now) }
    for plan in plans { add(plan, now: now) }
    if chunkOpened == nil { chunkOpened = now }
  }

  private func add(_ graph: Graph, now: UInt64) {
    message.removeAll()
    graph.encode(into: &message)
    let time = wallClock(now)
    add(.graph, sequence: graph.id, logTime: time, publishTime: time)
  }

  private func add(_ plan: PlanRecord, now: UInt64) {
    message.removeAll()
    plan.encode(into: &message)
    let time = wallClock(now)
    add(
      .plan, sequence: UInt32(truncatingIfNeeded: plan.firstStep), logTime: time,
      publishTime: time)
  }

  /// Puts `message` into the chunk.
  private func add(_ topic: Topic, sequence: UInt32, logTime: UInt64, publishTime: UInt64) {
    chunk.add(
      MessageRecord(
        channel: topic.rawValue, sequence: sequence, logTime: logTime, publishTime: publishTime,
        data: message.bytes))
  }

  private func wallClock(_ now: UInt64) -> UInt64 {
    run.wallClockOrigin &+ (now &- run.monotonicOrigin)
  }
}

// MARK: - Output

extension TraceWriter {
  /// Hands `pending` to tap and output.
  private func send(steps: UInt64) {
    tap?.append(pending.bytes, at: position)
    checksum = crc32(pending.bytes, continuing: checksum)
    position += UInt64(pending.count)
    if failure == nil {
      do throws(TraceWriteError) {
        try output.write(pending.bytes)
        if options.syncsEachChunk { try output.sync() }
      } catch {
        failure = error
      }
    }
    if failure != nil { lostSteps += steps }
    pending.removeAll()
  }
}
