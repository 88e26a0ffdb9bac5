import TraceFormat
import TraceSession

/// Gradients that are not cleared between steps, though nobody asked for accumulation.
///
/// Where the model file says so, that is enough. Else it shows in a bias: its gradient is the sum of
/// the rows of G = ∂L/∂(output of its layer), so that of this step alone
///
///     ‖∂L/∂b‖ ≤ √rows · ‖G‖
///
/// by Cauchy and Schwarz. A recorded gradient beyond that holds others besides: those of the steps
/// before.
public struct AccumulatedGradients: Rule {
  /// As tables and options know it.
  public static let name = RuleName.accumulatedGradients

  /// What can be set.
  public static let options = [
    RuleOption("excess", 1.5, "times its bound that a bias's gradient may be")
  ]

  private let excess: Double
  private var episode = Episode()
  private var steps = 0

  /// A rule that has seen nothing yet.
  public init(_ settings: RuleSettings) {
    excess = settings["excess"]
  }

  /// Asks the model file, else the gradients of biases.
  public mutating func examine(_ evidence: Evidence, _ docket: inout Docket) {
    steps += 1
    guard !evidence.terms.accumulates else { return }
    if evidence.terms.clearsGradients == false {
      // One step has nothing to add to.
      guard steps >= 2 else { return }
      note(.bad, evidence, &docket, layer: nil, parameter: nil, value: nil, limit: nil)
      return
    }
    guard evidence.terms.clearsGradients == nil, evidence.isMeasured else { return }
    if let worst = worst(evidence) {
      note(
        worst.ratio > excess ? .bad : .good, evidence, &docket, layer: worst.layer,
        parameter: worst.name, value: worst.ratio, limit: excess)
    }
  }

  private mutating func note(
    _ check: Episode.Check, _ evidence: Evidence, _ docket: inout Docket, layer: String?,
    parameter: String?, value: Double?, limit: Double?
  ) {
    episode.note(
      check, at: evidence.index, .immediate, in: &docket, .fixed(.error)
    ) { start in
      let proof =
        value.map {
          " (the gradient of \(parameter ?? "a bias") is \(shortened($0)) times what this step's "
            + "outputs can make)"
        } ?? ""
      return Finding(
        rule: Self.name, severity: .error, layer: layer, parameter: parameter, firstStep: start,
        lastStep: evidence.index, value: value, limit: limit,
        message: """
          gradients pile up from step to step\(proof): nothing clears them, as where \
          `optimizer.zero_grad()` is forgotten. Each update repeats all those before. Call \
          `optimizer.zero_grad()` before `loss.backward()`: here `"zero_grad": true`.
          """, remedies: [.clearGradients])
    }
  }

  private func worst(_ evidence: Evidence) -> (ratio: Double, layer: String, name: String)? {
    let (layout, columns) = (evidence.layout, evidence.step.parameters)
    guard columns.gradNorm.count == columns.parameter.count else { return nil }
    var worst: (ratio: Double, parameter: Int)?
    for bias in layout.biases {
      guard let row = evidence.row(ofParameter: bias.parameter),
        let norm = columns.measuredGradNorm(at: row), let bound = bound(bias, evidence), bound > 0
      else { continue }
      let ratio = Double(norm) / bound
      if ratio > worst?.ratio ?? 0 { worst = (ratio, bias.parameter) }
    }
    return worst.map { ratio, position in
      let parameter = layout.graph.graph.parameters[position]
      return (ratio, parameter.layer, parameter.name)
    }
  }

  private func bound(_ bias: NetworkLayout.Bias, _ evidence: Evidence) -> Double? {
    var bound = 0.0
    for user in bias.users {
      let row = evidence.outputRows[user.position]
      guard row >= 0, let rms = evidence.step.activations.measuredGradRMS(at: row) else {
        return nil
      }
      bound += user.factor * Double(rms)
    }
    return bound
  }
}
