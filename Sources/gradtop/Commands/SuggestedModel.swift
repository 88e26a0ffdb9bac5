import Diagnosis
import Glibc
import TraceFormat
import Training

/// `gradtop check --suggest`: the model file of a trace, with what helps against its findings.
enum SuggestedModel {
  /// Writes the changed model file to `path`, and says on standard error what was changed.
  static func write(
    _ path: String, for findings: [Finding], of run: Run?, in trace: String
  ) throws(Failure) {
    guard let run, !run.modelText.isEmpty else {
      throw Failure(.badInput, trace, "it holds no model file that could be changed")
    }
    var document: ModelDocument
    do { document = try ModelDocument(run.modelText) } catch {
      throw Failure(error, in: "\(trace): its model file")
    }
    var changes = change(&document, for: findings)
    for _ in 0..<rounds where !changes.isEmpty {
      let left = SuggestionTrial.findings(of: document.text)?.filter { $0.severity > .note } ?? []
      let more = left.isEmpty ? [] : change(&document, for: left)
      if more.isEmpty { break }
      changes += more
    }
    let descriptor = try openOutput(path, reading: trace)
    if let code = writeAll(document.text, to: descriptor) {
      throw Failure(.inputOutput, path, String(cString: strerror(code)))
    }
    if path != "-" { close(descriptor) }
    for change in changes { printNote("\(path): \(change)") }
    if changes.isEmpty { printNote("\(path): no finding has a remedy that fits; nothing changed") }
  }

  /// How often what is suggested is tried and, where that shows faults, changed again.
  private static let rounds = 4

  /// What makes steps small without the learning rate's fault.
  private static let obstacles: Set<RuleName> = [
    .vanishingGradient, .vanishingThroughTime, .deadUnits, .saturatedUnits, .missingGradient,
  ]

  /// Applies the remedies of all warnings and errors, of notes only where there is nothing worse.
  ///
  /// The learning rate is changed once, and raised only where nothing else keeps gradients small.
  static func change(_ document: inout ModelDocument, for findings: [Finding]) -> [String] {
    let serious = findings.filter { $0.severity > .note }
    let isObstructed = serious.contains { obstacles.contains($0.rule) }
    var changes: [String] = []
    var seen: Set<Remedy> = []
    var hasScaledRate = false
    for finding in serious.isEmpty ? findings : serious {
      for remedy in finding.remedies where seen.insert(remedy).inserted {
        if case .scaleLearningRate(let factor) = remedy {
          guard !hasScaledRate, factor < 1 || !isObstructed else { continue }
          hasScaledRate = true
        }
        if apply(remedy, to: &document) {
          changes.append("\(remedy.words) (\(finding.rule.rawValue))")
        }
      }
    }
    return changes
  }

  private static func apply(_ remedy: Remedy, to document: inout ModelDocument) -> Bool {
    switch remedy {
    case .replaceActivations(let kinds, let other), .replaceLayers(let kinds, let other):
      document.replaceLayers(kinds, with: other)
    case .initialize(let name, let nonlinearity):
      document.initialize(name, nonlinearity: nonlinearity)
    case .normalize(let kinds): document.insert("LayerNorm", before: kinds)
    case .addResiduals: document.addResiduals()
    case .clipGradients(let norm): document.clipGradients(norm)
    case .scaleLearningRate(let factor): document.scaleLearningRate(factor)
    case .scaleInputs(let factor): document.scaleInputs(factor)
    case .clearGradients: document.setTraining("zero_grad", .bool(true))
    case .remove(let layer): document.remove(layer)
    case .notInPlace(let layer): document.makeOutOfPlace(layer)
    }
  }
}
