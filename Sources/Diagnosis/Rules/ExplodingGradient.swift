import Glibc
import TraceFormat
import TraceSession

/// Gradients that grow on their way to the input, or from step to step.
///
/// One of three: log10 g₁ - log10 gₙ > decades, with g as in `VanishingGradient`; the norm of all
/// gradients is `jump` times its running median in `repeats` steps in a row; it at least doubles in
/// `doublings` steps in a row. Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent
/// neural networks" (2013).
public struct ExplodingGradient: Rule {
  /// As tables and options know it.
  public static let name = RuleName.explodingGradient

  /// What can be set.
  public static let options = [
    RuleOption("decades", 2, "decades by which the gradient may rise"),
    RuleOption("jump", 10, "times its running median that the norm may be"),
    RuleOption("repeats", 3, "steps in a row with such a norm"),
    RuleOption("doublings", 5, "steps in a row in which the norm doubles"),
    RuleOption("steps", 10, "steps for which a rise must hold"),
  ]

  private let decades, jump: Double
  private let patience: Episode.Patience
  private let doublings: Int
  private let jumpPatience: Episode.Patience
  private var episode = Episode()
  private var growth = Episode()
  private var median = RunningMedian(capacity: 31)
  private var doubled = 0
  private var last: Double?

  /// A rule that has seen nothing yet.
  public init(_ settings: RuleSettings) {
    (decades, jump) = (settings["decades"], settings["jump"])
    doublings = settings.count("doublings")
    patience = Episode.Patience(checks: 2, steps: UInt64(settings.count("steps")))
    jumpPatience = Episode.Patience(
      checks: settings.count("repeats"), steps: 1, calm: patience.steps)
  }

  /// Compares the gradient at the input with that at the loss, and the norm with those before.
  public mutating func examine(_ evidence: Evidence, _ docket: inout Docket) {
    if let profile = evidence.gradients {
      let rise = -profile.fall
      let check: Episode.Check =
        rise > decades ? .bad : rise < 0.8 * decades ? .good : .between
      let (decades, steps) = (decades, patience.steps)
      episode.note(
        check, at: evidence.index, patience, in: &docket, .unlessLearning(atMost: .error)
      ) { start in
        Self.rise(profile, evidence, from: start, decades, steps)
      }
    }
    if let norm = evidence.step.gradNorm, norm.isFinite { follow(norm, evidence, &docket) }
  }

  private mutating func follow(_ norm: Double, _ evidence: Evidence, _ docket: inout Docket) {
    defer {
      median.insert(norm)
      last = norm
    }
    if let last, norm >= 2 * last, last > 0 { doubled += 1 } else { doubled = 0 }
    guard let middle = median.value, median.count >= 8 else { return }
    let isJump = norm > jump * middle
    let check: Episode.Check =
      isJump || doubled >= doublings ? .bad : norm < 0.5 * jump * middle ? .good : .between
    let (jump, steps) = (jump, UInt64(jumpPatience.checks))
    let patience: Episode.Patience = doubled >= doublings ? .immediate : jumpPatience
    growth.note(
      check, at: evidence.index, patience, in: &docket, .unlessLearning(atMost: .error)
    ) { start in
      Finding(
        rule: Self.name, severity: .error, firstStep: start, lastStep: evidence.index,
        value: norm / max(middle, .leastNormalMagnitude), limit: jump, window: steps,
        message: """
          the norm of all gradients explodes: it is \(shortened(norm)), \
          \(shortened(norm / max(middle, .leastNormalMagnitude))) times its running median. One such \
          update can undo what was learned. What helps: clip the gradients' norm to \
          \(shortened(middle)); a lower learning rate.
          """, remedies: [.clipGradients(middle), .scaleLearningRate(0.1)])
    }
  }

  private static func rise(
    _ profile: GradientProfile, _ evidence: Evidence, from start: UInt64, _ decades: Double,
    _ steps: UInt64
  ) -> Finding {
    let node = evidence.layout.node(at: profile.risePoint(decades: decades).position)
    let remedies = evidence.layout.remediesForFlow + [.clipGradients(1)]
    return Finding(
      rule: name, severity: .error, layer: node.layer.isEmpty ? nil : node.layer,
      firstStep: start, lastStep: evidence.index, value: -profile.fall, limit: decades,
      window: steps,
      message: """
        the gradient explodes on its way to the input: from the loss its norm rises by a factor of \
        \(shortened(pow(10, -profile.fall))) over \(profile.depth) layers \
        (\(shortened(profile.gain)) a layer), the greater part of it behind \(node.name). Updates of \
        the first layers are out of proportion. What helps: \
        \(remedies.map(\.words).joined(separator: "; ")).
        """, remedies: remedies)
  }
}

/// The middle one of the last values, kept sorted.
struct RunningMedian: Sendable {
  private let capacity: Int
  private var order: [Double] = []
  private var sorted: [Double] = []

  init(capacity: Int) {
    self.capacity = capacity
  }

  /// How many values there are.
  var count: Int { sorted.count }

  /// The middle one; nil where there is none.
  var value: Double? { sorted.isEmpty ? nil : sorted[sorted.count / 2] }

  /// Takes the next value, in O(capacity).
  mutating func insert(_ value: Double) {
    if order.count == capacity {
      let oldest = order.removeFirst()
      if let place = sorted.firstIndex(of: oldest) { sorted.remove(at: place) }
    }
    order.append(value)
    sorted.insert(value, at: sorted.firstIndex { $0 > value } ?? sorted.count)
  }
}
