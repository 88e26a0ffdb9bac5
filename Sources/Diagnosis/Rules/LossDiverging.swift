import TraceFormat
import TraceSession

/// A loss that grows instead of falling.
///
/// The mean of the last ten losses is more than `factor` times the lowest mean of a window so far, and
/// more than a tenth above the first losses; or more than `factor` times the very first loss, as where
/// the first steps already lead away. A loss that is nearly 0 and doubles is none.
public struct LossDiverging: Rule {
  /// As tables and options know it.
  public static let name = RuleName.lossDiverging

  /// What can be set.
  public static let options = [
    RuleOption("factor", 2, "times its least that the loss may become"),
    RuleOption("steps", 10, "steps for which it must hold"),
  ]

  private let factor: Double
  private let patience: Episode.Patience
  private var episode = Episode()

  /// A rule that has seen nothing yet.
  public init(_ settings: RuleSettings) {
    factor = settings["factor"]
    patience = Episode.Patience(checks: 2, steps: UInt64(settings.count("steps")))
  }

  /// Compares the loss with the least so far.
  public mutating func examine(_ evidence: Evidence, _ docket: inout Docket) {
    let progress = evidence.progress
    guard evidence.step.loss?.isFinite == true, progress.known >= 10,
      let mean = progress.firstMean, let start = progress.firstLoss
    else { return }
    let now = progress.mean(last: 10)
    let first = min(mean, max(start, 0) * factor / 1.1)
    let floor = min(first, start, progress.leastMean)
    let limit = factor * max(floor, 0)
    let check: Episode.Check =
      now > limit && now > first * 1.1 ? .bad : now < 0.8 * limit || now < first ? .good : .between
    let (factor, steps) = (factor, patience.steps)
    episode.note(
      check, at: evidence.index, patience, in: &docket, .unlessLearning(atMost: .error)
    ) { start in
      let remedies: [Remedy] = [.scaleLearningRate(0.01), .clipGradients(1)]
      return Finding(
        rule: Self.name, severity: .error, firstStep: start, lastStep: evidence.index,
        value: now / floor, limit: factor, window: steps,
        message: """
          the loss diverges: it is \(shortened(now)), \(shortened(now / floor)) times what it was at \
          its least. What helps: \(remedies.map(\.words).joined(separator: "; ")).
          """, remedies: remedies)
    }
  }
}
