import Diagnosis
import Glibc
public import Panels
import Synchronization
import TraceFormat
public import Training

/// A training in this process: its own thread, its trace, and the feed that a dashboard reads.
final class LiveTraining {
  let control: TrainingControl
  let feed: TraceFeed
  private let judge = SharedJudge()
  private let state = State()
  private let thread: WorkerThread?

  private final class State: Sendable {
    let isDone = Atomic<Bool>(false)
    let outcome = Mutex(TrainingOutcome())
  }

  /// What the training thread takes over.
  private struct Work: @unchecked Sendable {
    let model: PreparedModel
    let recording: RecordingOptions
    let verifier: PlanVerifier?
  }

  /// Starts training.
  init(
    _ model: PreparedModel, _ trace: TraceDestination, _ options: RunOptions,
    verifier: PlanVerifier? = nil
  ) {
    control = TrainingControl(
      breaksAtNonFinite: options.breakOn != .never, endsWhenBroken: options.isHeadless)
    if options.startsPaused { control.pause() }
    feed = TraceFeed(path: trace.isStandardOutput ? nil : trace.path)
    var recording = RecordingOptions(output: trace.output)
    recording.tap = options.isHeadless ? nil : feed
    recording.isInstrumented = options.isInstrumented
    recording.normsEvery = options.normsEvery
    recording.syncsEachChunk = options.syncs
    recording.observe = Self.observer(judge, control, breaks: options.breakOn == .finding)
    recording.run = Self.run
    recording.detailedStep = options.detailedStep
    let work = Work(model: model, recording: recording, verifier: verifier)
    let (state, control) = (state, control)
    thread = WorkerThread {
      var trainer = Trainer(work.model, control: control, verifier: work.verifier)
      let outcome = trainer.run(recording: work.recording)
      state.outcome.withLock { $0 = outcome }
      state.isDone.store(true, ordering: .releasing)
    }
    if thread == nil { state.isDone.store(true, ordering: .releasing) }
  }

  /// Names of a new run and of this machine.
  static var run: Run {
    var run = Run()
    run.producer = "gradtop"
    run.version = Gradtop.version
    run.runID = Machine.randomID()
    run.host = Machine.host
    run.device = Machine.processor
    run.wallClockOrigin = Machine.wallClock()
    return run
  }

  /// What is wrong with the run so far.
  var findings: [Finding] { judge.findings }

  /// Has steps judged as they are written; breaks the run at a finding that is more than a note where
  /// `breaks`.
  private static func observer(
    _ judge: SharedJudge, _ control: TrainingControl, breaks: Bool
  ) -> @Sendable (TraceItem) -> [FindingRecord] {
    return { item in
      let changes = judge.examine(item)
      let open = changes.lazy.filter { $0.kind != .closed }.map(\.finding)
      if breaks, let finding = open.first(where: { $0.severity > .note }) {
        let place = finding.layer.map { "\($0): " } ?? ""
        control.breakRun("\(place)\(finding.rule.rawValue) since step \(finding.firstStep)")
      }
      return changes.map { FindingRecord($0.finding) }
    }
  }

  /// Whether all steps are done and the trace is closed.
  var isDone: Bool { state.isDone.load(ordering: .acquiring) }

  /// Waits for the end.
  func finish() -> TrainingOutcome {
    thread?.join()
    return state.outcome.withLock { $0 }
  }
}

extension TrainingControl: RunControl {}

/// The one judge of a run in this process: the writing thread hands it the steps, a dashboard asks.
private final class SharedJudge: Sendable {
  private let judge = Mutex(Judge())

  func examine(_ item: TraceItem) -> [FindingChange] { judge.withLock { $0.examine(item) } }

  var findings: [Finding] { judge.withLock { $0.findings } }
}

/// Facts about this machine that a trace records.
enum Machine {
  static var host: String {
    var name = Array(repeating: CChar(0), count: 256)
    guard gethostname(&name, name.count - 1) == 0 else { return "" }
    return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// The processor's model, as the kernel names it.
  static var processor: String {
    guard let text = try? readFile("/proc/cpuinfo") else { return "CPU" }
    let line = String(decoding: text, as: UTF8.self).split(separator: "\n")
      .first { $0.hasPrefix("model name") }
    return line?.split(separator: ":").last.map { String($0.drop { $0 == " " }) } ?? "CPU"
  }

  /// Unix time in nanoseconds.
  static func wallClock() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  /// 128 random bits in hexadecimal.
  static func randomID() -> String {
    var generator = SystemRandomNumberGenerator()
    let digits = (0..<2).map { _ -> String in
      let text = String(generator.next() as UInt64, radix: 16)
      return String(repeating: "0", count: 16 - text.count) + text
    }
    return digits.joined()
  }
}
