/// A rule, by the name that tables and options know it by.
public struct RuleName: RawRepresentable, Hashable, Sendable {
  /// `vanishing_gradient`; `sagemaker/VanishingGradient` for a rule of a pack.
  public let rawValue: String

  /// The rule called `rawValue`.
  public init(rawValue: String) {
    self.rawValue = rawValue
  }
}

extension RuleName {
  /// Whether it says of which layer something is wrong: that tells more than what follows of it.
  public var isAboutLayers: Bool {
    [
      .vanishingGradient, .explodingGradient, .vanishingThroughTime, .explodingThroughTime,
      .nonFinite, .deadUnits, .saturatedUnits, .missingGradient, .brokenGraph, .overwrittenTensor,
    ].contains(self)
  }

  /// Gradients shrink on their way to the input.
  public static let vanishingGradient = RuleName(rawValue: "vanishing_gradient")
  /// Gradients grow on their way to the input, or from step to step.
  public static let explodingGradient = RuleName(rawValue: "exploding_gradient")
  /// Gradients shrink on their way to earlier time steps.
  public static let vanishingThroughTime = RuleName(rawValue: "vanishing_through_time")
  /// Gradients grow on their way to earlier time steps.
  public static let explodingThroughTime = RuleName(rawValue: "exploding_through_time")
  /// NaN or Inf in an output, a gradient, a parameter or the loss.
  public static let nonFinite = RuleName(rawValue: "non_finite")
  /// Units that are 0 for every sample.
  public static let deadUnits = RuleName(rawValue: "dead_units")
  /// Units at the flat ends of a sigmoid or tanh.
  public static let saturatedUnits = RuleName(rawValue: "saturated_units")
  /// Updates that are too large or too small for their weights.
  public static let stepSize = RuleName(rawValue: "step_size")
  /// A loss that does not fall.
  public static let lossStalled = RuleName(rawValue: "loss_stalled")
  /// A loss that grows.
  public static let lossDiverging = RuleName(rawValue: "loss_diverging")
  /// A loss that swings.
  public static let lossOscillating = RuleName(rawValue: "loss_oscillating")
  /// Outputs that grow or shrink from layer to layer at the start.
  public static let initialization = RuleName(rawValue: "initialization")
  /// Gradients that are never cleared.
  public static let accumulatedGradients = RuleName(rawValue: "accumulated_gradients")
  /// A trained parameter that backward does not reach.
  public static let missingGradient = RuleName(rawValue: "missing_gradient")
  /// A loss that depends on no parameter.
  public static let brokenGraph = RuleName(rawValue: "broken_graph")
  /// An in-place op that destroys what backward needs.
  public static let overwrittenTensor = RuleName(rawValue: "overwritten_tensor")
}
