import Glibc
import TraceFormat
import TraceSession

/// What both rules about time steps look at: the RMS of ∂L/∂hₜ over the time steps t of an unrolled
/// layer, as log10.
struct TimeProfile {
  /// The node's id.
  var node: UInt32
  /// log10 RMS of the earliest time step with a gradient, and of the latest.
  var first, last: Double
  /// Time steps between them.
  var length: Int32

  /// Decades by which it falls on its way to the earliest time step.
  var fall: Double { last - first }

  /// One for each unrolled node in `columns`.
  static func profiles(_ columns: ActivationColumns) -> [TimeProfile] {
    var ends: [UInt32: (first: (Int32, Float), last: (Int32, Float))] = [:]
    for (row, node) in columns.node.enumerated() where !columns.isWhole(row) {
      guard let rms = columns.measuredGradRMS(at: row), rms.isFinite else { continue }
      let time = columns.timeStep[row]
      guard var end = ends[node] else {
        ends[node] = ((time, rms), (time, rms))
        continue
      }
      if time < end.first.0 { end.first = (time, rms) }
      if time > end.last.0 { end.last = (time, rms) }
      ends[node] = end
    }
    func level(_ rms: Float) -> Double { rms > 0 ? log10(Double(rms)) : GradientProfile.zero }
    return ends.sorted { $0.key < $1.key }.compactMap { node, end in
      guard end.last.1 > 0, end.last.0 > end.first.0 else { return nil }
      return TimeProfile(
        node: node, first: level(end.first.1), last: level(end.last.1),
        length: end.last.0 - end.first.0)
    }
  }
}

/// The part that is the same: an episode for each unrolled node.
private struct TimeEpisodes: Sendable {
  let limit: Double
  let patience: Episode.Patience
  private var episodes: [UInt32: Episode] = [:]

  init(_ settings: RuleSettings) {
    limit = settings["decades"]
    patience = Episode.Patience(checks: 2, steps: UInt64(settings.count("steps")))
  }

  mutating func note(
    _ evidence: Evidence, _ docket: inout Docket, _ measure: (TimeProfile) -> Double,
    finding: (TimeProfile, _ node: String, _ layer: String?, _ start: UInt64) -> Finding
  ) {
    guard !evidence.step.activations.timeStep.isEmpty,
      evidence.step.activations.timeStep.contains(where: { $0 >= 0 })
    else { return }
    for profile in TimeProfile.profiles(evidence.step.activations) {
      let value = measure(profile)
      let check: Episode.Check = value > limit ? .bad : value < 0.8 * limit ? .good : .between
      let layer = evidence.layout.graph.node(profile.node)?.layer
      episodes[profile.node, default: Episode()].note(
        check, at: evidence.index, patience, in: &docket, .unlessLearning(atMost: .error)
      ) { start in
        finding(profile, evidence.layout.graph.name(ofNode: profile.node), layer, start)
      }
    }
  }
}

/// Gradients that shrink on their way to earlier time steps of a recurrent layer.
///
/// log10 RMS(∂L/∂h_T) - log10 RMS(∂L/∂h₁) > decades: what happened early cannot be learned from.
/// Bengio, Simard and Frasconi, "Learning long-term dependencies with gradient descent is difficult"
/// (1994).
public struct VanishingThroughTime: Rule {
  /// As tables and options know it.
  public static let name = RuleName.vanishingThroughTime

  /// What can be set.
  public static let options = [
    RuleOption("decades", 3, "decades by which the gradient may fall over all time steps"),
    RuleOption("steps", 10, "steps for which it must hold"),
  ]

  private var episodes: TimeEpisodes

  /// A rule that has seen nothing yet.
  public init(_ settings: RuleSettings) { episodes = TimeEpisodes(settings) }

  /// Compares the gradient at the first time step with that at the last.
  public mutating func examine(_ evidence: Evidence, _ docket: inout Docket) {
    let (limit, steps) = (episodes.limit, episodes.patience.steps)
    let kind = evidence.layout.graph.graph.nodes.first { $0.kind == "RNN" } == nil ? "GRU" : "RNN"
    episodes.note(evidence, &docket, \.fall) { profile, node, layer, start in
      let remedies: [Remedy] =
        kind == "RNN"
        ? [.replaceLayers(["RNN"], with: "LSTM"), .initialize("orthogonal", nonlinearity: "tanh")]
        : [.initialize("orthogonal", nonlinearity: "tanh")]
      return Finding(
        rule: Self.name, severity: .error, layer: layer, firstStep: start,
        lastStep: evidence.index, value: profile.fall, limit: limit, window: steps,
        message: """
          the gradient vanishes through time: over the \(profile.length) time steps of \(node) its \
          RMS falls by a factor of \(shortened(pow(10, profile.fall))), so that what is read early \
          is not learned from. What helps: \
          \(remedies.map(\.words).joined(separator: "; ")); shorter sequences.
          """, remedies: remedies)
    }
  }
}

/// Gradients that grow on their way to earlier time steps of a recurrent layer.
///
/// log10 RMS(∂L/∂h₁) - log10 RMS(∂L/∂h_T) > decades. Pascanu, Mikolov and Bengio, "On the difficulty of
/// training recurrent neural networks" (2013).
public struct ExplodingThroughTime: Rule {
  /// As tables and options know it.
  public static let name = RuleName.explodingThroughTime

  /// What can be set.
  public static let options = [
    RuleOption("decades", 2, "decades by which the gradient may rise over all time steps"),
    RuleOption("steps", 10, "steps for which it must hold"),
  ]

  private var episodes: TimeEpisodes

  /// A rule that has seen nothing yet.
  public init(_ settings: RuleSettings) { episodes = TimeEpisodes(settings) }

  /// Compares the gradient at the first time step with that at the last.
  public mutating func examine(_ evidence: Evidence, _ docket: inout Docket) {
    let (limit, steps) = (episodes.limit, episodes.patience.steps)
    episodes.note(evidence, &docket, { -$0.fall }) { profile, node, layer, start in
      let remedies: [Remedy] = [
        .clipGradients(1), .initialize("orthogonal", nonlinearity: "tanh"),
      ]
      return Finding(
        rule: Self.name, severity: .error, layer: layer, firstStep: start,
        lastStep: evidence.index, value: -profile.fall, limit: limit, window: steps,
        message: """
          the gradient explodes through time: over the \(profile.length) time steps of \(node) its \
          RMS rises by a factor of \(shortened(pow(10, -profile.fall))). What helps: \
          \(remedies.map(\.words).joined(separator: "; ")); shorter sequences (truncate).
          """, remedies: remedies)
    }
  }
}
