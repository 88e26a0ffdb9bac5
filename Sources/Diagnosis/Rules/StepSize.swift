import Glibc
import TraceFormat
import TraceSession

/// Updates that are too large or too small for the weights that they change.
///
/// With u = ‖ΔW‖ and w = ‖W‖ for each tensor of two dimensions and more, the mean of log10(u / w) over
/// tensors and ten steps should be within [low, high]; about -3 is healthy. One step beyond `most` is
/// enough: it leaves little of what the weights were, and weights that it has made large hide the next.
/// Only while loss and
/// learning rate are above a tenth of their first values: towards the end small steps are right. Ben
/// Braiek and Khomh, "Testing Feedforward Neural Networks Training Programs" (2022), arXiv:2204.00694.
public struct StepSize: Rule {
  /// As tables and options know it.
  public static let name = RuleName.stepSize

  /// What can be set.
  public static let options = [
    RuleOption("low", -4, "log10 of update over weight that is too small"),
    RuleOption("high", -1, "log10 of update over weight that is too large"),
    RuleOption("most", -0.3, "log10 of update over weight that is too large in a single step"),
    RuleOption("steps", 10, "steps that are averaged"),
  ]

  private let low, high, most: Double
  private let steps: Int
  /// The last measurements, none older than `steps` steps.
  private var means: [(step: UInt64, value: Double)] = []
  private var episode = Episode()

  /// A rule that has seen nothing yet.
  public init(_ settings: RuleSettings) {
    (low, high, most) = (settings["low"], settings["high"], settings["most"])
    steps = min(1000, settings.count("steps"))
  }

  /// Averages how large updates are.
  public mutating func examine(_ evidence: Evidence, _ docket: inout Docket) {
    guard let mean = Self.mean(evidence) else { return }
    let index = evidence.index
    means.removeAll { index < $0.step || index - $0.step > UInt64(steps) }
    means.append((index, mean))
    let isWild = mean > most
    let isFull =
      (means.count >= 2 || steps == 1) && index - means[0].step + 1 >= UInt64(steps)
    guard isFull || isWild else { return }
    let value = isWild ? mean : means.reduce(0) { $0 + $1.value } / Double(means.count)
    let (low, high, window) = (low, isWild ? most : high, UInt64(isWild ? 1 : steps))
    episode.note(
      check(value, evidence), at: evidence.index,
      Episode.Patience(checks: 1, steps: 1, calm: UInt64(steps)), in: &docket,
      .unlessLearning(atMost: .error)
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
    // Three at a time: a logarithm costs more than all else, and three such ratios fit a Double.
    var (sum, product, count) = (0.0, 1.0, 0)
    for (row, position) in evidence.parameterPositions.enumerated()
    where position >= 0 && layout.isMatrix[position] {
      let (update, weight) = (columns.updateNorm[row], columns.weightNorm[row])
      guard update > 0, weight > 0, update.isFinite, weight.isFinite else { continue }
      product *= Double(update) / Double(weight)
      count += 1
      guard count % 3 == 0 else { continue }
      sum += log10(product)
      product = 1
    }
    return count > 0 ? (sum + log10(product)) / Double(count) : nil
  }
}
