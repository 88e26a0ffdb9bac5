import Glibc
import TraceFormat
import TraceSession

/// DeepDiagnosis' rules (Wardat and others, ICSE 2022), from its Keras callback.
enum DeepDiagnosis {
  static let rules: [any Rule.Type] = [
    NumericalError.self, DeadNode.self, SaturatedActivation.self, VanishingGradient.self,
    UnchangedLoss.self, LearningRate.self,
  ]

  /// NaN, Inf or a mean of exactly 0 in a layer's output.
  struct NumericalError: PublishedRule {
    static let name = RuleName(rawValue: "deepdiagnosis/NumericalError")
    var episode = Episode()

    init(_ settings: RuleSettings) {}

    mutating func verdict(_ evidence: Evidence) -> PublishedVerdict {
      if evidence.hasNonFinite {
        return .bad(layer: nil, value: 1, limit: 0, what: "a tensor has NaN or Inf")
      }
      let columns = evidence.step.activations
      guard evidence.isMeasured, columns.mean.count == columns.node.count else { return .unknown }
      guard let row = columns.mean.firstIndex(of: 0) else { return .fine }
      return .bad(
        layer: evidence.layout.graph.node(columns.node[row])?.layer, value: 0, limit: 0,
        what: "mean of an output")
    }
  }

  /// At least 70 % of a ReLU's outputs are 0.
  struct DeadNode: PublishedRule {
    static let name = RuleName(rawValue: "deepdiagnosis/DeadNode")
    var episode = Episode()

    init(_ settings: RuleSettings) {}

    mutating func verdict(_ evidence: Evidence) -> PublishedVerdict {
      guard let worst = evidence.worstZeroFraction else { return .unknown }
      return worst.share >= 0.7
        ? .bad(layer: worst.layer, value: worst.share, limit: 0.7, what: "share of zeros") : .fine
    }
  }

  /// More than half of the inputs of a sigmoid or tanh outside of ±5; saturated units stand in.
  struct SaturatedActivation: PublishedRule {
    static let name = RuleName(rawValue: "deepdiagnosis/SaturatedActivation")
    var episode = Episode()

    init(_ settings: RuleSettings) {}

    mutating func verdict(_ evidence: Evidence) -> PublishedVerdict {
      guard
        let worst = evidence.worstShare(of: evidence.step.activations.saturatedUnits, .bounded)
      else { return .unknown }
      return worst.share > 0.5
        ? .bad(layer: worst.layer, value: worst.share, limit: 0.5, what: "share of saturated units")
        : .fine
    }
  }

  /// Mean |ΔW| gradient of a dense layer below 1e-7.
  struct VanishingGradient: PublishedRule {
    static let name = RuleName(rawValue: "deepdiagnosis/VanishingGradient")
    var episode = Episode()

    init(_ settings: RuleSettings) {}

    mutating func verdict(_ evidence: Evidence) -> PublishedVerdict {
      let worst = evidence.meanGradients.min { $0.value < $1.value }
      guard let worst else { return .unknown }
      return worst.value < 1e-7
        ? .bad(layer: worst.layer, value: worst.value, limit: 1e-7, what: "mean gradient") : .fine
    }
  }

  /// The mean loss of five epochs equals their greatest; twenty steps stand in for one.
  struct UnchangedLoss: PublishedRule {
    static let name = RuleName(rawValue: "deepdiagnosis/UnchangedLoss")
    var episode = Episode()
    private var sum = 0.0
    private var count = 0
    private var means: [Double] = []

    init(_ settings: RuleSettings) {}

    mutating func verdict(_ evidence: Evidence) -> PublishedVerdict {
      guard let loss = evidence.step.loss else { return .unknown }
      sum += loss
      count += 1
      guard count == 20 else { return .unknown }
      means = means.suffix(4) + [sum / 20]
      (sum, count) = (0, 0)
      guard means.count == 5, let most = means.max() else { return .unknown }
      let mean = means.reduce(0, +) / 5
      let change = abs(most - mean) / max(abs(most), .leastNormalMagnitude)
      return change < 1e-3
        ? .bad(layer: nil, value: change, limit: 1e-3, what: "change of the loss") : .fine
    }
  }

  /// lr·‖g‖/‖w‖, here update over weight, outside of 1e-5…1e-1.
  struct LearningRate: PublishedRule {
    static let name = RuleName(rawValue: "deepdiagnosis/LearningRate")
    var episode = Episode()

    init(_ settings: RuleSettings) {}

    mutating func verdict(_ evidence: Evidence) -> PublishedVerdict {
      let ratios = evidence.updateRatios
      guard !ratios.isEmpty else { return .unknown }
      let odd = ratios.first { $0.ratio > 1e-1 || $0.ratio < 1e-5 }
      guard let odd else { return .fine }
      return .bad(
        layer: odd.layer, value: odd.ratio, limit: odd.ratio > 1e-1 ? 1e-1 : 1e-5,
        what: "update over weight")
    }
  }
}
