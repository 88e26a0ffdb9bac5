import Glibc
import TraceFormat
import TraceSession

/// Updates that are too large or too small for the weights that they change.
///
/// With u = ‖ΔW‖ and w = ‖W‖ for each tensor of two dimensions and more, the mean of log10(u / w) over
/// tensors and ten steps should be within [low, high]; about -3 is healthy. Only while loss and
/// learning rate are above a tenth of their first values: towards the end small steps are right. Ben
/// Braiek and Khomh, "Testing Feedforward Neural Networks Training Programs" (2022), arXiv:2204.00694.
public struct StepSize: Rule {
  /// As tables and options know it.
  public static let name = RuleName.stepSize

  /// What can be set.
  public static let options = [
    RuleOption("low", -4, "log10 of update over weight that is too small"),
    RuleOption("high", -1, "log10 of update over weight that is too large"),
    RuleOption("steps", 10, "steps that are averaged"),
  ]

  private let low, high: Double
  private let steps: Int
  private var means: [Double] = []
  private var episode = Episode()

  /// A rule that has seen nothing yet.
  public init(_ settings: RuleSettings) {
    (low, high) = (settings["low"], settings["high"])
    steps = min(1000, settings.count("steps"))
  }

  /// Averages how large updates are.
  public mutating func examine(_ evidence: Evidence, _ docket: inout Docket) {
    guard let mean = Self.mean(evidence) else { return }
    if means.count == steps { means.removeFirst() }
    means.append(mean)
    guard means.count == steps else { return }
    let value = means.reduce(0, +) / Double(steps)
    let (low, high, window) = (low, high, UInt64(steps))
    episode.note(
      check(value, evidence), at: evidence.index, Episode.Patience(checks: 1, steps: 1),
      in: &docket, .unlessLearning(atMost: .error)
    ) { start in
      let isLarge = value > high
      // To the middle of what is healthy.
      let remedy = Remedy.scaleLearningRate(pow(10, -2.5 - value))
      return Finding(
        rule: Self.name, severity: .error, firstStep: start >= window ? start - window + 1 : 0,
        lastStep: evidence.index, value: value, limit: isLarge ? high : low, window: window,
        message: """
          updates are too \(isLarge ? "large" : "small"): one step changes weights by \
          \(shortened(pow(10, value))) of their norm on average, healthy is about 0.001. \
          \(isLarge ? "Steps overshoot what gradients tell of" : "It would take forever to learn"). \
          What helps: \(remedy.words).
          """, remedies: [remedy])
    }
  }

  private func check(_ value: Double, _ evidence: Evidence) -> Episode.Check {
    let progress = evidence.progress
    if let first = progress.firstMean, let loss = evidence.step.loss, abs(loss) < 0.1 * abs(first) {
      return .good
    }
    if let first = progress.firstRate, let rate = evidence.step.learningRate, rate < 0.1 * first {
      return .good
    }
    if value > high || value < low { return .bad }
    return value < high - 0.2 && value > low + 0.2 ? .good : .between
  }

  /// The mean of log10(update / weight) over the tensors that change at all.
  private static func mean(_ evidence: Evidence) -> Double? {
    let (columns, layout) = (evidence.step.parameters, evidence.layout)
    guard columns.updateNorm.count == columns.parameter.count,
      columns.weightNorm.count == columns.parameter.count
    else { return nil }
    var (sum, count) = (0.0, 0.0)
    for (row, position) in evidence.parameterPositions.enumerated()
    where position >= 0 && layout.isMatrix[position] {
      let (update, weight) = (columns.updateNorm[row], columns.weightNorm[row])
      guard update > 0, weight > 0, update.isFinite, weight.isFinite else { continue }
      sum += Double(log10(update / weight))
      count += 1
    }
    return count > 0 ? sum / count : nil
  }
}
