import Autodiff
import Glibc
import Panels
import Screen
import Synchronization
import TraceFormat
import TraceSession
import Training

/// `gradtop run`: trains a model, on the dashboard or headless.
struct RunCommand {
  private let options: RunOptions
  private let settings: Settings
  private let theme: ThemeChoice

  init(_ arguments: Arguments) throws(Failure) {
    options = try RunOptions(arguments)
    // Without a dashboard there is nothing to set up.
    settings = options.isHeadless ? Settings() : try Settings.read()
    theme = try settings.theme(arguments.text("--theme"))
  }

  func run() throws(Failure) -> ExitStatus {
    let place = options.modelPath ?? "the embedded model"
    let (bytes, folder) = (try options.modelBytes(), options.modelPath.map(Self.folder) ?? "")
    var file: ModelFile
    do { file = try ModelFile(bytes, folder: folder) } catch { throw Failure(error, in: place) }
    options.change(&file)
    let model: PreparedModel
    do { model = try PreparedModel(file, threads: options.threads) } catch {
      RefusedTrace.write(for: error, file, options)
      throw Failure(error, in: place)
    }
    if let weights = options.weights {
      do { try model.loadWeights(weights) } catch { throw Failure(error, in: place) }
    }
    for input in [options.modelPath, options.weights, options.plan] {
      try refuseOverwriting(input, with: options.trace)
      try refuseOverwriting(input, with: options.savedWeights)
    }
    if let path = options.savedWeights { try Self.checkPlace(path) }
    let trace = try TraceDestination(options, name: file.name)
    tell(model)
    var verifier: PlanVerifier?
    if options.verifiesPlan {
      do {
        verifier = try PlanVerifier(file, threads: options.threads) {
          (reference) throws(TrainingError) in
          if let weights = options.weights { try reference.loadWeights(weights) }
        }
      } catch { throw Failure(error, in: place) }
    }
    let training = LiveTraining(model, trace, options, verifier: verifier)
    let signal =
      options.isHeadless
      ? watchHeadless(training, steps: file.training.steps) : try watch(training, trace)
    let outcome = training.finish()
    printDetail("activations in each \(outcome.normsEvery). step")
    let status = status(outcome, signal, trace)
    do { try report(outcome, model, trace) } catch {
      // A signal, or a trace that could not be written, comes first; the reason is told all the same.
      guard status.comesBefore(error.status) else { throw error }
      printError("gradtop: \(error.description)")
    }
    return status
  }

  /// How the model is run.
  private func tell(_ model: PreparedModel) {
    let plan = model.executor.plan
    printDetail(
      "\(plan.network.parameters.count) parameters, \(plan.rows.count) ops a step, an arena of "
        + "\(plan.arenaBytes) bytes (bound \(plan.arenaLowerBound)), at most \(plan.options.threads) threads, "
        + plan.options.precision.rawValue)
  }

  /// Refuses a place for weights while there is still something to choose.
  private static func checkPlace(_ path: String) throws(Failure) {
    let folder = Self.folder(of: path)
    var (code, about) = (Int32(0), stat())
    if stat(path, &about) == 0 {
      code = about.st_mode & S_IFMT == S_IFDIR ? EISDIR : access(path, W_OK) == 0 ? 0 : errno
    } else if access(folder, W_OK) != 0 {
      code = errno
    }
    guard code == 0 else {
      throw Failure(
        .cannotCreate, path, String(cString: strerror(code)),
        hint: "choose another place with --save-weights FILE")
    }
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}

// MARK: - Watching

extension RunCommand {
  private func watch(
    _ training: LiveTraining, _ trace: TraceDestination
  ) throws(Failure) -> Int32? {
    var loop = DashboardLoop(
      session: Session(source: training.feed), theme: theme, usesColor: options.usesColor,
      settings: settings)
    loop.control = training.control
    loop.judged = { training.findings }
    loop.planning = BackgroundPlanning(folders: [options.modelPath.map(Self.folder) ?? "", "."])
    loop.notice = {
      guard let reason = training.control.breakReason, training.control.isPaused else { return "" }
      return "broken: \(reason); w walks backward, Space goes on"
    }
    loop.producer = {
      training.isDone ? .ended : .training(isPaused: training.control.isPaused)
    }
    theme.report()
    let signal: Int32?
    do { signal = try loop.run() } catch {
      training.control.end()
      _ = training.finish()
      throw error
    }
    training.control.end()
    return signal
  }

  private func watchHeadless(_ training: LiveTraining, steps: Int) -> Int32? {
    SignalWatch.start()
    var bar = ProgressBar(steps: steps, isShown: !options.isQuiet)
    while !training.isDone {
      usleep(5_000)
      bar.update(training.control.progress)
      if SignalWatch.signal != nil { training.control.end() }
    }
    bar.finish(training.control.progress)
    return SignalWatch.signal
  }
}

// MARK: - Afterwards

extension RunCommand {
  private func report(
    _ outcome: TrainingOutcome, _ model: PreparedModel, _ trace: TraceDestination
  ) throws(Failure) {
    var lines = [
      "trace: \(trace.path)", "steps: \(outcome.steps)", "loss: \(Self.number(outcome.loss))",
    ]
    if let accuracy = outcome.accuracy { lines.append("accuracy: \(accuracy)") }
    if let samples = outcome.accuracySamples { lines.append("accuracy_samples: \(samples)") }
    lines.append("seconds: \(outcome.seconds)")
    if let plan = outcome.plan {
      lines.append("peak_bytes: \(plan.peak)")
      lines.append("store_all_bytes: \(plan.storeAllPeak)")
      if plan.offloaded > 0 { lines.append("offloaded_bytes: \(plan.offloaded)") }
      if let time = plan.predictedTime { lines.append("predicted_step_ms: \(time / 1e6)") }
    }
    if let verdict = outcome.verdict {
      lines.append(
        verdict.difference.map { "verified: no: \($0.parameter) differs in step \($0.step)" }
          ?? "verified: \(verdict.equal) gradients of \(verdict.steps) steps are bitwise equal")
    }
    let text = lines.joined(separator: "\n") + "\n"
    if trace.isStandardOutput { writeAll(text, to: STDERR_FILENO) } else { try printOutput(text) }
    guard let path = options.savedWeights else { return }
    do { try model.saveWeights(path) } catch {
      let isFull = [ENOSPC, EIO, EFBIG, EDQUOT].contains(error.code)
      throw Failure(isFull ? .inputOutput : .cannotCreate, path, error.reason)
    }
  }

  /// NaN has no sign that would matter.
  private static func number(_ number: Double) -> String { number.isNaN ? "nan" : "\(number)" }

  private func status(
    _ outcome: TrainingOutcome, _ signal: Int32?, _ trace: TraceDestination
  ) -> ExitStatus {
    var recording = outcome.recording ?? Recorder.Outcome()
    // Who reads from a pipe may leave when they have seen enough.
    if trace.isStandardOutput, case .system(_, _, EPIPE)? = recording.failure {
      recording.failure = nil
    }
    if case .system(let call, let path, let code)? = recording.failure {
      printError(
        "gradtop: \(path): \(call): \(String(cString: strerror(code))); "
          + "\(recording.lostSteps) steps are not in the trace")
    }
    if recording.droppedSteps > 0 {
      printError(
        "gradtop: \(trace.path): \(recording.droppedSteps) steps came faster than they could be "
          + "written; --no-instrument records less")
    }
    if let reason = outcome.offloadFailure {
      printError(
        "gradtop: the file of what leaves memory: \(reason); what it did not take was kept")
    }
    if let reason = outcome.breakReason {
      printError("gradtop: \(trace.path): stopped: \(reason)")
    }
    if let signal { return .signal(signal) }
    if recording.failure != nil || outcome.offloadFailure != nil { return .inputOutput }
    if recording.droppedSteps > 0 { return .incomplete }
    let isRight = outcome.breakReason == nil && outcome.verdict?.difference == nil
    return isRight ? .success : .checkFailed
  }
}
