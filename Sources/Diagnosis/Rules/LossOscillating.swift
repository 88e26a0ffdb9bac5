import TraceFormat
import TraceSession

/// A loss that swings from step to step more than it falls.
///
/// Over the last 20 steps, the mean of |Lₜ - Lₜ₋₁| is more than `swing` of the mean of L, and it turns
/// in more than four of ten steps.
public struct LossOscillating: Rule {
  /// As tables and options know it.
  public static let name = RuleName.lossOscillating

  /// What can be set.
  public static let options = [
    RuleOption("swing", 0.5, "mean change from step to step, as a share of the loss"),
    RuleOption("steps", 10, "steps for which it must hold"),
  ]

  private static let window = 20

  private let swing: Double
  private let patience: Episode.Patience
  private var episode = Episode()

  /// A rule that has seen nothing yet.
  public init(_ settings: RuleSettings) {
    swing = settings["swing"]
    patience = Episode.Patience(checks: 2, steps: UInt64(settings.count("steps")))
  }

  /// Measures how the loss swings.
  public mutating func examine(_ evidence: Evidence, _ docket: inout Docket) {
    let progress = evidence.progress
    guard evidence.step.loss?.isFinite == true, progress.known > Self.window else { return }
    var (change, size, turns) = (0.0, 0.0, 0)
    for age in 0..<Self.window {
      let difference = progress[age] - progress[age + 1]
      change += abs(difference)
      size += abs(progress[age])
      if age > 0, difference * (progress[age - 1] - progress[age]) < 0 { turns += 1 }
    }
    guard size > 0 else { return }
    let value = change / size
    let isTurning = turns * 10 > 4 * (Self.window - 1)
    let check: Episode.Check =
      value > swing && isTurning ? .bad : value < 0.8 * swing || !isTurning ? .good : .between
    let limit = swing
    episode.note(
      check, at: evidence.index, patience, in: &docket, .unlessLearning(atMost: .warning)
    ) { start in
      let remedies: [Remedy] = [.scaleLearningRate(0.1)]
      return Finding(
        rule: Self.name, severity: .warning, firstStep: start, lastStep: evidence.index,
        value: value, limit: limit, window: UInt64(Self.window),
        message: """
          the loss swings: from step to step it changes by \(shortened(value)) of itself on average, \
          up and down. Steps are too large, or batches too small. What helps: \
          \(remedies.map(\.words).joined(separator: "; ")); a larger batch_size.
          """, remedies: remedies)
    }
  }
}
