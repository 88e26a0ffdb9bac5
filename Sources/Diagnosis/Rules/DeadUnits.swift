import TraceFormat
import TraceSession

/// Units of a ReLU whose output is 0 for every sample of a window of 50 steps: no gradient passes
/// them, so they never come back.
///
/// A fraction of zeros is not death: the outputs of a healthy ReLU layer are half zero. What is counted
/// are units that are 0 always, by whoever records the run. Lu and others, "Dying ReLU and
/// Initialization" (2019), arXiv:1903.06733.
public struct DeadUnits: Rule {
  /// As tables and options know it.
  public static let name = RuleName.deadUnits

  /// What can be set.
  public static let options = [
    RuleOption("share", 0.5, "share of a layer's units that may be dead")
  ]

  private let share: Double
  private var episodes = UnitEpisodes()

  /// A rule that has seen nothing yet.
  public init(_ settings: RuleSettings) {
    share = settings["share"]
  }

  /// Counts the dead units of each layer.
  public mutating func examine(_ evidence: Evidence, _ docket: inout Docket) {
    // The window of 50 steps is in the count.
    episodes.note(
      evidence, .rectified, evidence.step.activations.deadUnits, limit: share,
      Episode.Patience(checks: 1, steps: 1, calm: 50), &docket
    ) { node, layer, counted, units, start, limit in
      let remedies: [Remedy] = [
        .replaceActivations(["ReLU"], with: "LeakyReLU"),
        .initialize("kaiming_normal", nonlinearity: "relu"), .scaleLearningRate(0.1),
      ]
      return Finding(
        rule: Self.name, severity: .error, layer: layer, firstStep: start,
        lastStep: evidence.index, value: Double(counted) / Double(units), limit: limit, window: 50,
        message: """
          \(counted) of the \(units) units of \(node) are dead: their output is 0 for every sample \
          of 50 steps, no gradient passes them and they cannot recover. What helps: \
          \(remedies.map(\.words).joined(separator: "; ")).
          """, remedies: remedies)
    }
  }
}

/// Units of a sigmoid or tanh at its flat ends, where its derivative is near 0.
///
/// A unit is saturated where |tanh| > 0.98, or the sigmoid is outside of [0.02, 0.98], for over half of
/// its samples. Glorot and Bengio (2010), section 3.
public struct SaturatedUnits: Rule {
  /// As tables and options know it.
  public static let name = RuleName.saturatedUnits

  /// What can be set.
  public static let options = [
    RuleOption("share", 0.5, "share of a layer's units that may be saturated"),
    RuleOption("steps", 10, "steps for which it must hold"),
  ]

  private let share: Double
  private let patience: Episode.Patience
  private var episodes = UnitEpisodes()

  /// A rule that has seen nothing yet.
  public init(_ settings: RuleSettings) {
    share = settings["share"]
    patience = Episode.Patience(checks: 2, steps: UInt64(settings.count("steps")))
  }

  /// Counts the saturated units of each layer.
  public mutating func examine(_ evidence: Evidence, _ docket: inout Docket) {
    let steps = patience.steps
    episodes.note(
      evidence, .bounded, evidence.step.activations.saturatedUnits, limit: share, patience,
      &docket
    ) { node, layer, counted, units, start, limit in
      let remedies: [Remedy] = [
        .initialize("xavier_normal", nonlinearity: "tanh"),
        .normalize(before: ["Sigmoid", "Tanh"]),
        .replaceActivations(["Sigmoid", "Tanh"], with: "ReLU"),
      ]
      return Finding(
        rule: Self.name, severity: .error, layer: layer, firstStep: start,
        lastStep: evidence.index, value: Double(counted) / Double(units), limit: limit,
        window: steps,
        message: """
          \(counted) of the \(units) units of \(node) are saturated: for over half of the samples \
          they are at a flat end, where next to no gradient passes. What helps: \
          \(remedies.map(\.words).joined(separator: "; ")).
          """, remedies: remedies)
    }
  }
}

/// An episode for each node with units of one kind.
private struct UnitEpisodes: Sendable {
  private var episodes: [Episode] = []

  mutating func note(
    _ evidence: Evidence, _ kind: NetworkLayout.UnitKind, _ counts: [UInt32], limit: Double,
    _ patience: Episode.Patience, _ docket: inout Docket,
    finding: (
      _ node: String, _ layer: String?, _ counted: UInt32, _ units: UInt32, _ start: UInt64,
      _ limit: Double
    ) -> Finding
  ) {
    let (layout, columns) = (evidence.layout, evidence.step.activations)
    guard evidence.isMeasured, counts.count == columns.node.count,
      columns.units.count == counts.count
    else { return }
    if episodes.count != layout.unitKinds.count {
      episodes = Array(repeating: Episode(), count: layout.unitKinds.count)
    }
    for position in layout.unitKinds.indices where layout.unitKinds[position] == kind {
      let row = evidence.outputRows[position]
      guard row >= 0, columns.units[row] > 0 else { continue }
      let (counted, units) = (counts[row], columns.units[row])
      let part = Double(counted) / Double(units)
      let check: Episode.Check = part > limit ? .bad : part < 0.8 * limit ? .good : .between
      episodes[position].note(
        check, at: evidence.index, patience, in: &docket, .unlessLearning(atMost: .error)
      ) { start in
        let node = layout.node(at: position)
        return finding(node.name, node.layer, counted, units, start, limit)
      }
    }
  }
}
