internal import Autodiff
import Synchronization
public import TraceFormat

/// Carries steps from the training thread to a trace: the training thread fills slots, a thread of
/// the recorder's own encodes, compresses and writes them.
public final class Recorder {
  /// What became of the trace.
  public struct Outcome: Sendable {
    /// Why writing stopped; nil where it did not.
    public var failure: TraceWriteError?
    /// Steps that the output did not get.
    public var lostSteps: UInt64 = 0
    /// Steps that came faster than they could be written.
    public var droppedSteps: UInt64 = 0

    /// All is well.
    public init() {}
  }

  let ring: StepRing
  private let state = State()
  private var thread: WorkerThread?

  /// What both threads see.
  fileprivate final class State: Sendable {
    let isFinished = Atomic<Bool>(false)
    let dropped = Atomic<UInt64>(0)
    let outcome = Mutex(Outcome())
    /// The plan of the steps to come, until the writing thread has taken it.
    let next = Mutex<Handover?>(nil)
    let details = Mutex<[Detail]>([])
    let plans = Mutex<[PlanRecord]>([])
  }

  /// What the writing thread takes over.
  fileprivate struct Work: @unchecked Sendable {
    let writer: TraceWriter
    let ring: StepRing
    let graph: Graph
    var encoder: StepEncoder
    let isInstrumented: Bool
    let origin: UInt64
    let observe: (@Sendable (TraceItem) -> [FindingRecord])?
  }

  /// Starts the writing thread.
  ///
  /// - Parameters:
  ///   - tap: Gets the same bytes, whatever becomes of the output.
  ///   - observe: Gets run, graph and steps on the writing thread; what it finds is written, too.
  init(
    _ model: PreparedModel, run: Run, output: any TraceOutput, tap: TraceFeed?,
    syncsEachChunk: Bool, observe: (@Sendable (TraceItem) -> [FindingRecord])?
  ) {
    let plan = model.executor.plan
    ring = StepRing(
      rows: Self.rowLimit(model, changes: tap != nil), parameters: plan.network.parameters.count,
      readings: plan.readings.count)
    var options = TraceWriter.Options()
    options.syncsEachChunk = syncsEachChunk
    // A step is to be on disk 100 ms after its end, and threads that train may keep the writer from a
    // processor for 20 of them.
    options.flushInterval = 70_000_000
    let work = Work(
      writer: TraceWriter(output: output, run: run, tap: tap, options: options), ring: ring,
      graph: Graph(plan, layers: model.layers),
      encoder: StepEncoder(
        plan, isInstrumented: run.isInstrumented, origin: run.monotonicOrigin),
      isInstrumented: run.isInstrumented, origin: run.monotonicOrigin,
      observe: observe)
    _ = observe?(.run(run))
    if let plan = model.inForce { write(plan.record) }
    let state = state
    thread = WorkerThread { work.write(state) }
  }

  /// Rows that a step may have: those of its plan, or what a plan for a budget may come to.
  ///
  /// - Parameter changes: Whether somebody may ask for another plan.
  private static func rowLimit(_ model: PreparedModel, changes: Bool) -> Int {
    let plan = model.executor.plan
    guard changes || model.file.memory.budget != nil else { return plan.rows.count }
    return max(
      plan.rows.count,
      10 * plan.network.nodes.count * plan.options.accumulate + plan.network.parameters.count)
  }

  /// Goes on with the rows of another plan, once all steps of the one before are encoded.
  func adopt(_ plan: Plan, _ record: PlanRecord) {
    state.next.withLock { $0 = Handover(plan: plan, record: record) }
    while state.next.withLock({ $0 != nil }) { pause(nanoseconds: 100_000) }
  }

  /// A plan on its way to the writing thread.
  fileprivate struct Handover: @unchecked Sendable {
    let plan: Plan
    let record: PlanRecord
  }

  /// Notes that a step found no free slot.
  func drop() { state.dropped.add(1, ordering: .relaxed) }

  /// Hands over what was seen of an op.
  func write(_ detail: Detail) { state.details.withLock { $0.append(detail) } }

  /// Hands over what is to be told of a plan in force.
  func write(_ plan: PlanRecord) { state.plans.withLock { $0.append(plan) } }

  /// Writes what is left, closes the trace and says how it went.
  public func finish() -> Outcome {
    state.isFinished.store(true, ordering: .releasing)
    thread?.join()
    return state.outcome.withLock { $0 }
  }

}

extension Recorder.Work {
  func write(_ state: Recorder.State) {
    var encoder = encoder
    writer.write(graph: graph, now: MonotonicClock.now())
    writer.flush()
    _ = observe?(.graph(graph))
    var nap = Nap()
    while true {
      let isFinished = state.isFinished.load(ordering: .acquiring)
      writer.droppedEvents = state.dropped.load(ordering: .relaxed)
      writeDetails(state)
      writePlans(state)
      var steps = 0
      let next = state.next.withLock { $0 }
      while let slot = ring.next() {
        // A chunk is as old as its first step: what it waited in the ring counts.
        let end = slot.pointee.start + slot.pointee.duration
        let step = encoder.encode(slot)
        writer.write(step: step, now: end)
        ring.release()
        if let observe {
          note(observe(.step(step, in: ChunkLocation(offset: writer.position, length: 0))))
        }
        steps += 1
      }
      if let next {
        encoder = StepEncoder(
          next.plan, isInstrumented: isInstrumented, origin: origin)
        writer.write(plan: next.record, now: MonotonicClock.now())
        state.next.withLock { $0 = nil }
      }
      if isFinished { break }
      let now = MonotonicClock.now()
      writer.flushIfDue(now: now)
      let rest = nap.next(after: steps, of: ring.capacity)
      pause(nanoseconds: max(Nap.least, min(rest, writer.timeUntilDue(now: now) ?? rest)))
    }
    writer.droppedEvents = state.dropped.load(ordering: .relaxed)
    writer.close(now: MonotonicClock.now())
    state.outcome.withLock {
      $0.failure = writer.failure
      $0.lostSteps = writer.lostSteps
      $0.droppedSteps = state.dropped.load(ordering: .relaxed)
    }
  }
}

extension Recorder.Work {
  /// At once: somebody may wait for them.
  private func writeDetails(_ state: Recorder.State) {
    let details = state.details.withLock { details in
      defer { details = [] }
      return details
    }
    guard !details.isEmpty else { return }
    for detail in details { writer.write(detail: detail, now: MonotonicClock.now()) }
    writer.flush()
  }

  private func writePlans(_ state: Recorder.State) {
    let plans = state.plans.withLock { plans in
      defer { plans = [] }
      return plans
    }
    for plan in plans { writer.write(plan: plan, now: MonotonicClock.now()) }
  }

  private func note(_ findings: [FindingRecord]) {
    for finding in findings { writer.write(finding: finding, now: MonotonicClock.now()) }
  }
}

/// How long the writer sleeps: as long as the ring has room and nobody waits.
///
/// Each time it wakes it takes a processor from the threads that train.
struct Nap {
  /// In nanoseconds.
  static let least: UInt64 = 100_000

  private var nanoseconds: UInt64 = 1_000_000

  /// Nanoseconds to sleep after `steps` were found in a ring of `capacity`.
  mutating func next(after steps: Int, of capacity: Int) -> UInt64 {
    if steps > capacity / 4 {
      nanoseconds = max(Self.least, nanoseconds / 4)
    } else if steps < capacity / 16 {
      nanoseconds = min(20_000_000, nanoseconds * 2)
    }
    return nanoseconds
  }
}
