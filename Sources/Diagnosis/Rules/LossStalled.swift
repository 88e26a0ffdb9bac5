import TraceFormat
import TraceSession

/// A loss that does not fall.
///
/// The mean of the newer half of a window is not below that of the older half by `share`. A warning
/// only where the loss has never fallen by a tenth; what has learned may level off.
public struct LossStalled: Rule {
  /// As tables and options know it.
  public static let name = RuleName.lossStalled

  /// What can be set.
  public static let options = [
    RuleOption("window", 50, "steps that are compared, 64 at most"),
    RuleOption("share", 0.01, "share of the loss by which it should fall in a window"),
    RuleOption("steps", 50, "steps for which it must hold"),
  ]

  private let window: Int
  private let share: Double
  private let patience: Episode.Patience
  private var episode = Episode()

  /// A rule that has seen nothing yet.
  public init(_ settings: RuleSettings) {
    window = min(LearningProgress.capacity, max(4, settings.count("window")))
    share = settings["share"]
    patience = Episode.Patience(checks: 2, steps: UInt64(settings.count("steps")))
  }

  /// Compares the halves of the window.
  public mutating func examine(_ evidence: Evidence, _ docket: inout Docket) {
    let progress = evidence.progress
    guard evidence.step.loss?.isFinite == true, progress.known >= window,
      let baseline = progress.baseline
    else { return }
    let new = progress.mean(last: window / 2)
    let old = 2 * progress.mean(last: window / 2 * 2) - new
    let value = (old - new) / max(abs(old), .leastNormalMagnitude)
    // What is done cannot fall any more.
    let isDone = abs(new) < 0.1 * abs(baseline)
    let check: Episode.Check =
      isDone || value > 1.5 * share ? .good : value < share ? .bad : .between
    let (limit, steps) = (share, UInt64(window))
    episode.note(
      check, at: evidence.index, patience, in: &docket,
      progress.bestFall < 0.1 ? .unlessLearning(atMost: .warning) : .fixed(.note)
    ) { start in
      let remedies: [Remedy] = [.scaleLearningRate(10)]
      return Finding(
        rule: Self.name, severity: .warning, firstStep: start >= steps ? start - steps + 1 : 0,
        lastStep: evidence.index, value: value, limit: limit, window: steps,
        message: """
          the loss does not fall: in \(steps) steps it went from \(shortened(old)) to \
          \(shortened(new)). Look at findings about gradients and step sizes first; else another \
          learning rate, and check that inputs and targets belong together.
          """, remedies: remedies)
    }
  }
}
