import Glibc
import TraceFormat
import TraceSession

/// Gradients that shrink on their way to the input.
///
/// With gₖ = ‖∂L/∂(output of node k)‖ along the nodes that everything passes through, g₁ nearest to the
/// input and gₙ nearest to the loss, the finding is that
///
///     log10 gₙ - log10 g₁ > decades,   or   (g₁ / gₙ)^(1 / layers between) < gain over many layers
///
/// Neither knows the loss's unit. An RMS below `floor` is the backstop: there Float32 runs out.
/// Hochreiter, "Untersuchungen zu dynamischen neuronalen Netzen" (1991); Glorot and Bengio,
/// "Understanding the difficulty of training deep feedforward neural networks" (2010).
public struct VanishingGradient: Rule {
  /// As tables and options know it.
  public static let name = RuleName.vanishingGradient

  /// What can be set.
  public static let options = [
    RuleOption("decades", 3, "decades by which the gradient may fall"),
    RuleOption("gain", 0.5, "factor a layer, over many layers, that is too little"),
    RuleOption("layers", 8, "layers that are many"),
    RuleOption("floor", 1e-12, "RMS that Float32 cannot work with"),
    RuleOption("steps", 10, "steps for which it must hold"),
  ]

  private let decades, gain, floor: Double
  private let layers: Int
  private let patience: Episode.Patience
  private var episode = Episode()

  /// A rule that has seen nothing yet.
  public init(_ settings: RuleSettings) {
    (decades, gain) = (settings["decades"], settings["gain"])
    (floor, layers) = (settings["floor"], settings.count("layers"))
    patience = Episode.Patience(checks: 2, steps: UInt64(settings.count("steps")))
  }

  /// Compares the gradient at the input with that at the loss.
  public mutating func examine(_ evidence: Evidence, _ docket: inout Docket) {
    guard let profile = evidence.gradients else { return }
    let options = (decades, gain, floor, layers, patience.steps)
    episode.note(
      check(profile), at: evidence.index, patience, in: &docket, .unlessLearning(atMost: .error)
    ) { start in
      Self.finding(profile, evidence, from: start, options)
    }
  }

  private func check(_ profile: GradientProfile) -> Episode.Check {
    let (fall, isDeep) = (profile.fall, profile.depth >= layers)
    let (first, last) = (profile.points[0].rms, profile.points[profile.points.count - 1].rms)
    // Where the loss itself has no gradient left there is nothing that could vanish.
    if Double(first) < floor, Double(last) > 1e3 * floor { return .bad }
    if fall > decades || (isDeep && profile.gain < gain) { return .bad }
    return fall < 0.8 * decades && (!isDeep || profile.gain > 1.2 * gain) ? .good : .between
  }

  private static func finding(
    _ profile: GradientProfile, _ evidence: Evidence, from start: UInt64,
    _ options: (decades: Double, gain: Double, floor: Double, layers: Int, steps: UInt64)
  ) -> Finding {
    let place = profile.breakPoint(decades: min(options.decades, 0.9 * profile.fall))
    let node = evidence.layout.node(at: place.position)
    let isByGain = profile.fall <= options.decades
    let first = evidence.layout.node(at: profile.points[0].position)
    return Finding(
      rule: name, severity: .error, layer: node.layer.isEmpty ? nil : node.layer,
      firstStep: start, lastStep: evidence.index, value: isByGain ? profile.gain : profile.fall,
      limit: isByGain ? options.gain : options.decades, window: options.steps,
      message: """
        the gradient vanishes on its way to the input: from the loss to \(first.name) its norm \
        falls by a factor of \(shortened(pow(10, profile.fall))) over \(profile.depth) layers \
        (\(shortened(profile.gain)) a layer), and at \(node.name) it is lost. Layers before it \
        hardly learn. \(help(evidence))
        """, remedies: remedies(evidence))
  }

  private static func help(_ evidence: Evidence) -> String {
    let words = remedies(evidence).map(\.words)
    return "What helps: " + words.joined(separator: "; ") + "."
  }

  private static func remedies(_ evidence: Evidence) -> [Remedy] {
    evidence.layout.remediesForFlow
  }
}

extension NetworkLayout {
  /// What keeps gradients from shrinking or growing on their way through these layers.
  var remediesForFlow: [Remedy] {
    let kinds = Set(graph.graph.nodes.map(\.kind))
    let bounded = ["Sigmoid", "Tanh"].filter(kinds.contains)
    var remedies: [Remedy] = []
    if !bounded.isEmpty { remedies.append(.replaceActivations(bounded, with: "ReLU")) }
    remedies.append(.initialize("kaiming_normal", nonlinearity: "relu"))
    if kinds.isDisjoint(with: Self.normalizations) {
      // What was bounded is a ReLU by now.
      let hasReLU = kinds.contains("ReLU") || !bounded.isEmpty
      let others = ["GELU", "SiLU", "LeakyReLU", "ELU"].filter(kinds.contains)
      remedies.append(.normalize(before: (hasReLU ? ["ReLU"] : []) + others))
    }
    return remedies.filter { $0 != .normalize(before: []) }
  }

  private static let normalizations = [
    "LayerNorm", "BatchNorm1d", "BatchNorm2d", "GroupNorm", "RMSNorm",
  ]
}
