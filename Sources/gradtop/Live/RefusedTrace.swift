import Diagnosis
import TraceFormat
import Training

/// What `run --trace` leaves of a model that is refused: a trace that `check` can judge.
enum RefusedTrace {
  /// Writes it where a trace was asked for and the model is refused for what a rule knows.
  ///
  /// Says where that fails, and no more: the refusal is what counts.
  static func write(for error: TrainingError, _ file: ModelFile, _ options: RunOptions) {
    guard options.trace != nil, let finding = finding(error) else { return }
    do throws(Failure) {
      let trace = try TraceDestination(options, name: file.name)
      let failure = RefusedRun.write(
        file, run: LiveTraining.run, finding: FindingRecord(finding), to: trace.output)
      if let failure { throw Failure(creating: trace.path, failure) }
    } catch { printError("gradtop: \(error.description)") }
  }

  private static func finding(_ error: TrainingError) -> Finding? {
    guard case .refused(let name, let layer, let mistake) = error else { return nil }
    let rule = RuleName(rawValue: name)
    return Finding(
      rule: rule, severity: .error, layer: layer, firstStep: 0, lastStep: 0,
      message: rule == .brokenGraph ? BrokenGraph.message : "\(mistake.what); \(mistake.hint)")
  }
}
