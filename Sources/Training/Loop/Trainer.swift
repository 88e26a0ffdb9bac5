public import Autodiff
public import TraceFormat

/// How a training is recorded.
public struct RecordingOptions {
  /// Where the trace goes.
  public var output: any TraceOutput
  /// Gets the same bytes, for a dashboard in this process.
  public var tap: TraceFeed?
  /// Whether ops, parameters, activations and memory are recorded.
  public var isInstrumented = true
  /// Activation columns stand in each Nth step; nil: as often as keeps their cost under 2 %.
  public var normsEvery: Int?
  /// Whether to wait for the disk after each chunk.
  public var syncsEachChunk = false
  /// The step of which each op is recorded in detail; nil: none.
  public var detailedStep: Int?
  /// Gets run, graph and steps on the thread that writes them; what it finds is written, too.
  public var observe: (@Sendable (TraceItem) -> [FindingRecord])?
  /// Names of run, host and device; the trainer fills in the rest.
  public var run = Run()

  /// Records to `output`.
  public init(output: any TraceOutput) { self.output = output }
}

/// What a training came to.
public struct TrainingOutcome: Sendable {
  /// Steps done.
  public var steps = 0
  /// The loss of the last step.
  public var loss = Double.nan
  /// Over the training data; nil where the model is no classifier.
  public var accuracy: Double?
  /// How many samples that is of, where it is not all of them.
  public var accuracySamples: Int?
  /// Activations were measured in each so many-th step; 0: in none.
  public var normsEvery = 0
  /// Seconds from the first step's start to the last one's end.
  public var seconds = 0.0
  /// Why the run broke; nil where it did not.
  public var breakReason: String?
  /// What became of the trace; nil where none was asked for.
  public var recording: Recorder.Outcome?

  /// How gradients compare with those of a run without the plan; nil where that was not asked for.
  public var verdict: PlanVerifier.Verdict?
  /// The plan in force at the end; nil where none was asked for.
  public var plan: PlanInForce?
  /// Why the file of what leaves memory failed; nil where it did not.
  public var offloadFailure: String?

  /// Nothing done yet.
  public init() {}
}

/// The training loop: batch, forward, backward, update, one step after the other.
public struct Trainer {
  private let model: PreparedModel
  private let control: TrainingControl
  private var sampler: BatchSampler?
  private let verifier: PlanVerifier?

  /// Trains `model`, as `control` has it.
  ///
  /// - Parameter verifier: Compares each step's gradients with those of a run without the plan.
  public init(
    _ model: PreparedModel, control: TrainingControl, verifier: PlanVerifier? = nil
  ) {
    self.model = model
    self.verifier = verifier
    self.control = control
    if let data = model.dataset {
      sampler = BatchSampler(
        count: data.count, batchSize: model.file.training.batchSize,
        shuffles: model.file.data?.shuffles ?? true, seed: model.file.seed)
    }
  }

  /// Runs all steps on the calling thread.
  public mutating func run(recording: RecordingOptions?) -> TrainingOutcome {
    let normsEvery = normsEvery(recording)
    var recorder: Recorder?
    if let recording {
      recorder = Recorder(
        model, run: describe(recording, normsEvery: normsEvery), output: recording.output,
        tap: recording.tap, syncsEachChunk: recording.syncsEachChunk, observe: recording.observe)
    }
    var outcome = train(recorder, recording, normsEvery: normsEvery)
    outcome.normsEvery = normsEvery
    outcome.recording = recorder?.finish()
    // Who judges the steps may have come to the last ones only now.
    outcome.breakReason = control.breakReason
    outcome.verdict = verifier?.verdict
    outcome.plan = model.inForce
    outcome.offloadFailure = model.store?.failure
    if model.file.loss.isClassifier { judgeSamples(&outcome) }
    return outcome
  }

  /// Trains without a trace, step by step: for benchmarks and tests.
  public mutating func step(_ index: Int, record: StepRecord = StepRecord()) -> StepResult {
    perform(index, record: record)
  }

  /// The loss of a batch in evaluation: running statistics, and nothing is dropped.
  public mutating func evaluate(batch: Int) -> Double {
    let size = model.file.training.batchSize
    return model.executor.evaluate(samples: size, of: size) { load(batch, into: $0) }.loss
  }

  private mutating func train(
    _ recorder: Recorder?, _ recording: RecordingOptions?, normsEvery: Int
  ) -> TrainingOutcome {
    let steps = model.file.training.steps
    let isInstrumented = recording?.isInstrumented ?? false
    var outcome = TrainingOutcome()
    let begin = MonotonicClock.now()
    var start = begin
    var measured = model.file.memory.budget.map { StepMeasurement(model, budget: $0) }
    var step = 0
    /// A step that broke: it can be walked again, since its update was left out.
    var broken: Int?
    /// Whether a step was not finite: the first such one is measured, whatever others are.
    var hasBroken = false
    loop: while step < steps {
      let turn = control.waitForTurn(after: start)
      if let budget = control.takeBudget() {
        measured = StepMeasurement(model, budget: budget)
      }
      switch turn {
      case .end: break loop
      case .walk where broken != nil:
        walk(broken ?? step, recorder, waits: true)
        continue
      case .step, .walk: broken = nil
      }
      let slot = recorder?.ring.claim()
      if slot == nil { recorder?.drop() }
      var record = StepRecord()
      let canRepeat = isInstrumented && slot != nil && !hasBroken
      record.watch =
        control.breaksAtNonFinite ? .everything : canRepeat ? .vectors : .off
      var isMeasured =
        isInstrumented && normsEvery > 0
        && (step % normsEvery == 0 || step == steps - 1 || turn == .walk)
      if let slot, isInstrumented {
        record.times = slot.pointee.times
        record.parameters = slot.pointee.parameters
        record.outputs = isMeasured ? slot.pointee.outputs : nil
      }
      if turn == .walk || step == recording?.detailedStep {
        record.inspection = inspection(step, recorder, waits: turn == .walk)
      }
      if let measured { record.times = record.times ?? measured.buffer }
      start = MonotonicClock.now()
      var result = perform(step, record: record)
      if result.isBroken, canRepeat {
        // The update was left out: the same once more, this time with a look at all outputs.
        hasBroken = true
        record.watch = control.breaksAtNonFinite ? .everything : .off
        record.outputs = slot?.pointee.outputs
        if record.watch == .off || !isMeasured { result = perform(step, record: record) }
        isMeasured = true
      }
      if turn == .walk { control.finishWalk() }
      measured?.add(record, result)
      if let slot {
        slot.pointee.index = step
        slot.pointee.start = start
        slot.pointee.duration = MonotonicClock.now() - start
        slot.pointee.learningRate = model.file.learningRate(at: step)
        slot.pointee.samples = samples
        slot.pointee.result = result
        slot.pointee.isMeasured = isMeasured
        if record.inspection != nil {
          slot.pointee.leaveOutWaiting(rows: model.executor.plan.rows.count)
        }
        recorder?.ring.publish()
      }
      outcome.steps = step + 1
      outcome.loss = result.loss
      control.report(steps: step + 1, loss: result.loss)
      verify(step, recorder)
      if let done = measured, let times = done.finished {
        replan(times, budget: done.budget, after: step, recorder)
        measured = nil
      }
      if result.isBroken {
        let what = result.loss.isFinite ? "a gradient" : "the loss"
        control.breakRun("\(what) is not finite in step \(step)")
        broken = step
        if control.endsWhenBroken, record.inspection == nil { walk(step, recorder, waits: false) }
      }
      if control.isBroken, control.endsWhenBroken { break }
      step += 1
    }
    tellVerdict(recorder)
    outcome.seconds = Double(MonotonicClock.now() - begin) / 1e9
    return outcome
  }

  /// Runs forward and backward of a step that broke once more, and records each op in detail.
  private mutating func walk(_ step: Int, _ recorder: Recorder?, waits: Bool) {
    var record = StepRecord()
    record.watch = .everything
    record.inspection = inspection(step, recorder, waits: waits)
    _ = perform(step, record: record)
    control.finishWalk()
  }

  private func inspection(_ step: Int, _ recorder: Recorder?, waits: Bool) -> OpInspection {
    let details = OpDetails(network: model.executor.plan.network, step: step)
    let control = control
    return OpInspection { reading in
      recorder?.write(details.detail(reading))
      if waits, reading.phase == .backward { control.waitForNextOp() }
    }
  }

  private mutating func perform(_ step: Int, record: StepRecord) -> StepResult {
    let accumulate = model.file.training.accumulate
    return model.executor.step(
      step, learningRate: model.file.learningRate(at: step), record: record
    ) { micro, batch in load(step * accumulate + micro, into: batch) }
  }

  private mutating func load(_ batch: Int, into tensors: BatchTensors) {
    guard let data = model.dataset, model.usesBatch else { return }
    sampler?.withBatch(batch) { indices in
      data.gather(
        indices, inputs: tensors.inputs, targets: tensors.targets, classes: tensors.classes)
    }
  }

  private var samples: Int {
    model.usesBatch ? model.file.training.batchSize * model.file.training.accumulate : 1
  }
}

// MARK: - Plans

extension Trainer {
  /// Goes on within `budget`, where a plan for it is found.
  private func replan(_ times: StepTimes, budget: Int, after step: Int, _ recorder: Recorder?) {
    control.tellPlanning("planning")
    let outcome = model.replan(
      times, budget: budget, from: step + 1, rows: recorder?.ring.rows ?? .max)
    switch outcome {
    case .adopted:
      if let plan = model.inForce { recorder?.adopt(model.executor.plan, plan.record) }
    case .unchanged:
      if let plan = model.inForce { recorder?.write(plan.record) }
    case .refused(.budget(let error)):
      return control.tellPlanning(
        "a budget of \(error.budget) bytes cannot be met: \(error.stage) needs "
          + "\(error.smallest)")
    case .refused: return control.tellPlanning("no plan for this budget can be run")
    }
    control.tellPlanning("")
  }

  /// Compares a step's gradients, and tells how that went after the first one and after the last.
  private func verify(_ step: Int, _ recorder: Recorder?) {
    guard let verifier else { return }
    let isFirst = verifier.verdict.steps == 0
    let wasEqual = verifier.verdict.difference == nil
    verifier.compare(step, with: model)
    let isNews = wasEqual && verifier.verdict.difference != nil
    if isFirst || isNews { tellVerdict(recorder) }
  }

  private func tellVerdict(_ recorder: Recorder?) {
    guard let verdict = verifier?.verdict, var record = model.inForce?.record else { return }
    record.verifiedSteps = UInt64(verdict.steps)
    record.verifiedGradients = UInt64(verdict.equal)
    record.difference = verdict.difference?.parameter ?? ""
    recorder?.write(record)
  }
}

/// Steps that are measured so that the rest can be planned.
private final class StepMeasurement {
  /// Bytes to plan for.
  let budget: Int
  let buffer: UnsafeMutablePointer<UInt64>
  private var times: StepTimes

  init(_ model: PreparedModel, budget: Int) {
    self.budget = budget
    let plan = model.executor.plan
    buffer = .allocate(capacity: 2 * max(1, plan.rows.count))
    times = StepTimes(plan)
  }

  func add(_ record: StepRecord, _ result: StepResult) {
    // A step that is walked waits for somebody.
    guard let column = record.times, record.inspection == nil else { return }
    times.add(column, phases: result.phases)
  }

  /// All that was to be measured; nil until then.
  var finished: StepTimes? { times.count >= StepTimes.steps ? times : nil }

  deinit { buffer.deallocate() }
}

// MARK: - Before and after

extension Trainer {
  /// The share of a step's time that measuring activations may take on average.
  ///
  /// Of 2 % that recording may cost: the first step and the last are measured too, and times scatter.
  static let measurementShare = 0.005

  private mutating func normsEvery(_ recording: RecordingOptions?) -> Int {
    guard let recording, recording.isInstrumented else { return 0 }
    if let fixed = recording.normsEvery { return fixed }
    let cost = model.executor.calibrate { micro, batch in load(micro, into: batch) }
    let every = Double(cost.measurement) / (Self.measurementShare * Double(max(1, cost.step)))
    return min(1000, max(1, Int(every.rounded(.up))))
  }

  private func describe(_ recording: RecordingOptions, normsEvery: Int) -> Run {
    let (file, plan) = (model.file, model.executor.plan)
    var run = recording.run
    run.name = file.name
    run.modelText = file.text
    run.seed = file.seed
    run.monotonicOrigin = MonotonicClock.now()
    run.isInstrumented = recording.isInstrumented
    run.normsEvery = UInt32(normsEvery)
    run.activationSampling = recording.normsEvery == nil ? "auto" : "fixed"
    run.plannedSteps = UInt64(file.training.steps)
    run.threads = UInt32(plan.options.threads)
    run.lossKind = file.loss.type
    run.isClassifier = file.loss.isClassifier
    run.precision = plan.options.precision.rawValue
    run.arenaBytes = UInt64(plan.arenaBytes)
    return run
  }

  /// How long somebody who ends a run waits for its accuracy, in nanoseconds.
  static let patience: UInt64 = 500_000_000

  /// Batches that are judged at least, and at most for each micro-batch that was trained on.
  ///
  /// Forward takes a third of a step: the accuracy takes no longer than the training.
  private static let judgedBatches = (least: 64, each: 2)

  /// The share of training samples whose class is predicted: of all, or, where they are far more than
  /// were trained on, of batches evenly spread over them.
  ///
  /// It stays nil where there are no classes, or where the run was ended and it takes long.
  private func judgeSamples(_ outcome: inout TrainingOutcome) {
    guard let data = model.dataset else { return }
    let size = model.file.training.batchSize
    let all = (data.count + size - 1) / size
    let trained = outcome.steps * model.file.training.accumulate
    let batches = min(all, max(Self.judgedBatches.least, Self.judgedBatches.each * trained))
    var indices = Array(repeating: Int32(0), count: size)
    var (correct, judged) = (0, 0)
    var ended: UInt64?
    var samples = 0
    for batch in 0..<batches {
      let first = batch * all / batches * size
      let rows = min(size, data.count - first)
      if control.isEnded {
        let now = MonotonicClock.now()
        let since = ended ?? now
        guard now - since < Self.patience else { return }
        ended = since
      }
      for row in indices.indices { indices[row] = Int32((first + row) % data.count) }
      let reading = model.executor.evaluate(samples: rows, of: size) { tensors in
        indices.withUnsafeBufferPointer {
          data.gather(
            $0, inputs: tensors.inputs, targets: tensors.targets, classes: tensors.classes)
        }
      }
      correct += reading.correct
      judged += reading.judged
      samples += rows
    }
    guard judged > 0 else { return }
    outcome.accuracy = Double(correct) / Double(judged)
    if samples < data.count { outcome.accuracySamples = samples }
  }
}
