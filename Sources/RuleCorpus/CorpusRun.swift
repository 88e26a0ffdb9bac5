public import Diagnosis
import TraceFormat
import Training

/// A model of the corpus, trained and judged.
public struct CorpusRun: Sendable {
  /// Which model.
  public var name: String { job.name }
  /// How the loss went.
  public let losses: [Double]
  /// What the first finding of each rule came to, by rule.
  public let calls: [RuleName: Call]
  private let job: CorpusJob

  /// How a rule called a run.
  public struct Call: Sendable {
    /// The worst severity while the run went on.
    public var worst = Severity.note
    /// The severity that stands at the end.
    public var last = Severity.note
    /// The first step at which it was a warning or an error.
    public var firstAlarm: UInt64?
  }

  /// Trains the model of `job` and lets `rules` judge it.
  ///
  /// - Throws: What is wrong with the model file.
  init(_ job: CorpusJob, _ rules: RuleSet) throws(TrainingError) {
    self.job = job
    let feed = TraceFeed()
    try Self.train(job, feed)
    var judge = Judge(rules)
    var (losses, calls) = ([Double](), [RuleName: Call]())
    while case let items = feed.poll(limit: 64), !items.isEmpty {
      for item in items {
        for change in judge.examine(item) {
          guard case .step(let step, in: _) = item else { continue }
          let (rule, severity) = (change.finding.rule, change.finding.severity)
          var call = calls[rule] ?? Call()
          call.worst = max(call.worst, severity)
          if severity >= .warning, call.firstAlarm == nil { call.firstAlarm = step.index }
          calls[rule] = call
        }
        if case .step(let step, in: _) = item { losses.append(step.loss ?? .nan) }
      }
    }
    for finding in judge.findings {
      guard var call = calls[finding.rule] else { continue }
      call.last = max(call.last, finding.severity)
      calls[finding.rule] = call
    }
    (self.losses, self.calls) = (losses, calls)
  }

  private static func train(_ job: CorpusJob, _ feed: TraceFeed) throws(TrainingError) {
    let file: ModelFile
    do { file = try ModelFile(Array(job.text.utf8), folder: ".") } catch { throw .model(error) }
    let model = try PreparedModel(file, threads: 1)
    let output = MemoryOutput()
    var recording = RecordingOptions(output: output)
    (recording.tap, recording.normsEvery) = (feed, job.normsEvery)
    var trainer = Trainer(model, control: TrainingControl())
    _ = trainer.run(recording: recording)
  }

  /// Rules that stand at warning or error at the end.
  public var alarms: Set<RuleName> {
    Set(calls.filter { $0.value.last >= .warning }.keys)
  }

  /// Where the loss began: the mean of the first five, or what guessing costs if that is less.
  var firstLoss: Double {
    let mean = losses.prefix(5).reduce(0, +) / Double(max(1, min(5, losses.count)))
    return min(mean, job.chance ?? .infinity)
  }

  /// Where it came to: the mean of the last twenty.
  var lastLoss: Double {
    losses.suffix(20).reduce(0, +) / Double(max(1, min(20, losses.count)))
  }

  /// Whether it came down to its task's level: what a clean model must show.
  public var learns: Bool { lastLoss <= job.level * firstLoss }
}
