import Glibc
import TraceFormat
import TraceSession

/// Amazon SageMaker Debugger's built-in rules, from the developer guide, with their defaults.
enum SageMaker {
  static let rules: [any Rule.Type] = [
    VanishingGradient.self, ExplodingTensor.self, DeadRelu.self, SaturatedActivation.self,
    PoorWeightInitialization.self, WeightUpdateRatio.self, AllZero.self, UnchangedTensor.self,
    LossNotDecreasing.self,
  ]

  /// Mean |g| of a weight below 1e-7.
  struct VanishingGradient: PublishedRule {
    static let name = RuleName(rawValue: "sagemaker/VanishingGradient")
    var episode = Episode()

    init(_ settings: RuleSettings) {}

    mutating func verdict(_ evidence: Evidence) -> PublishedVerdict {
      .judged(
        evidence.meanGradients.min { $0.value < $1.value }, limit: 1e-7, "mean gradient"
      ) { $0 < 1e-7 }
    }
  }

  /// NaN or Inf in any tensor.
  struct ExplodingTensor: PublishedRule {
    static let name = RuleName(rawValue: "sagemaker/ExplodingTensor")
    var episode = Episode()

    init(_ settings: RuleSettings) {}

    mutating func verdict(_ evidence: Evidence) -> PublishedVerdict {
      evidence.hasNonFinite
        ? .bad(layer: nil, value: 1, limit: 0, what: "a tensor has NaN or Inf") : .fine
    }
  }

  /// More than half of a layer's ReLUs active in less than 1 % of samples; dead units stand in.
  struct DeadRelu: PublishedRule {
    static let name = RuleName(rawValue: "sagemaker/DeadRelu")
    var episode = Episode()

    init(_ settings: RuleSettings) {}

    mutating func verdict(_ evidence: Evidence) -> PublishedVerdict {
      .judged(
        evidence.worstShare(of: evidence.step.activations.deadUnits, .rectified), limit: 0.5,
        "share of dead ReLUs"
      ) { $0 > 0.5 }
    }
  }

  /// More than half of a layer's sigmoids or tanhs at a flat end; saturated units stand in.
  struct SaturatedActivation: PublishedRule {
    static let name = RuleName(rawValue: "sagemaker/SaturatedActivation")
    var episode = Episode()

    init(_ settings: RuleSettings) {}

    mutating func verdict(_ evidence: Evidence) -> PublishedVerdict {
      .judged(
        evidence.worstShare(of: evidence.step.activations.saturatedUnits, .bounded), limit: 0.5,
        "share of saturated units"
      ) { $0 > 0.5 }
    }
  }

  /// Greatest over least variance of layers' outputs above 10, in five of the first ten steps.
  struct PoorWeightInitialization: PublishedRule {
    static let name = RuleName(rawValue: "sagemaker/PoorWeightInitialization")
    var episode = Episode()
    var patience: Episode.Patience { Episode.Patience(checks: 5, steps: 1) }

    init(_ settings: RuleSettings) {}

    mutating func verdict(_ evidence: Evidence) -> PublishedVerdict {
      guard evidence.index < 10 else { return .unknown }
      let columns = evidence.step.activations
      guard evidence.isMeasured, columns.std.count == columns.node.count else { return .unknown }
      let variances = evidence.layout.graph.graph.nodes.indices.compactMap { position -> Double? in
        let row = evidence.outputRows[position]
        guard row >= 0, !evidence.layout.node(at: position).parameters.isEmpty else { return nil }
        return Double(columns.std[row]) * Double(columns.std[row])
      }
      guard variances.count >= 2, let least = variances.min(), let most = variances.max() else {
        return .unknown
      }
      return most > 10 * least
        ? .bad(layer: nil, value: most / least, limit: 10, what: "ratio of variances") : .fine
    }
  }

  /// Update over weight above 10 or below 1e-8.
  struct WeightUpdateRatio: PublishedRule {
    static let name = RuleName(rawValue: "sagemaker/WeightUpdateRatio")
    var episode = Episode()

    init(_ settings: RuleSettings) {}

    mutating func verdict(_ evidence: Evidence) -> PublishedVerdict {
      let ratios = evidence.updateRatios
      guard !ratios.isEmpty else { return .unknown }
      if let large = ratios.first(where: { $0.value > 10 }) {
        return .bad(
          layer: large.layer, value: large.value, limit: 10, what: "update over weight")
      }
      if let small = ratios.first(where: { $0.value < 1e-8 }) {
        return .bad(
          layer: small.layer, value: small.value, limit: 1e-8, what: "update over weight")
      }
      return .fine
    }
  }

  /// A tensor that is 0 throughout.
  struct AllZero: PublishedRule {
    static let name = RuleName(rawValue: "sagemaker/AllZero")
    var episode = Episode()

    init(_ settings: RuleSettings) {}

    mutating func verdict(_ evidence: Evidence) -> PublishedVerdict {
      let columns = evidence.step.activations
      guard evidence.isMeasured, columns.zeroFraction.count == columns.node.count else {
        return .unknown
      }
      guard let row = columns.zeroFraction.firstIndex(where: { $0 >= 1 }) else { return .fine }
      return .bad(
        layer: evidence.layout.graph.node(columns.node[row])?.layer, value: 1, limit: 1,
        what: "share of zeros")
    }
  }

  /// A weight that changes by less than 1e-5 of itself in three steps.
  struct UnchangedTensor: PublishedRule {
    static let name = RuleName(rawValue: "sagemaker/UnchangedTensor")
    var episode = Episode()
    var patience: Episode.Patience { Episode.Patience(checks: 3, steps: 3) }

    init(_ settings: RuleSettings) {}

    mutating func verdict(_ evidence: Evidence) -> PublishedVerdict {
      .judged(
        evidence.updateRatios.min { $0.value < $1.value }, limit: 1e-5, "change of a weight"
      ) { $0 < 1e-5 }
    }
  }

  /// A loss that falls by less than 0.1 % in ten steps.
  struct LossNotDecreasing: PublishedRule {
    static let name = RuleName(rawValue: "sagemaker/LossNotDecreasing")
    var episode = Episode()

    init(_ settings: RuleSettings) {}

    mutating func verdict(_ evidence: Evidence) -> PublishedVerdict {
      let progress = evidence.progress
      guard evidence.index % 10 == 0, progress.known > 10 else { return .unknown }
      let (now, before) = (progress[0], progress[10])
      let fall = (before - now) / max(abs(before), .leastNormalMagnitude)
      return fall < 0.001
        ? .bad(layer: nil, value: fall, limit: 0.001, what: "fall of the loss in 10 steps") : .fine
    }
  }
}
