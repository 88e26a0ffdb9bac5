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
      .judged(evidence.worstZeroFraction, limit: 0.7, "share of zeros") { $0 >= 0.7 }
    }
  }

  /// More than half of the inputs of a sigmoid or tanh outside of ±5; saturated units stand in.
  struct SaturatedActivation: PublishedRule {
    static let name = RuleName(rawValue: "deepdiagnosis/SaturatedActivation")
    var episode = Episode()

    init(_ settings: RuleSettings) {}

    mutating func verdict(_ evidence: Evidence) -> PublishedVerdict {
      .judged(
        evidence.worstShare(of: evidence.step.activations.saturatedUnits, .bounded), limit: 0.5,
        "share of saturated units"
      ) { $0 > 0.5 }
    }
  }

  /// Mean |ΔW| gradient of a dense layer below 1e-7.
  struct VanishingGradient: PublishedRule {
    static let name = RuleName(rawValue: "deepdiagnosis/VanishingGradient")
    var episode = Episode()

    init(_ settings: RuleSettings) {}

    mutating func verdict(_ evidence: Evidence) -> PublishedVerdict {
      .judged(
        evidence.meanGradients.min { $0.value < $1.value }, limit: 1e-7, "mean gradient"
      ) { $0 < 1e-7 }
    }
  }

  /// The mean loss of five epochs equals their greatest; twenty steps stand in for one.
  struct UnchangedLoss: PublishedRule {
    static let name = RuleName(rawValue: "deepdiagnosis/UnchangedLoss")
    var episode = Episode()
    private var epoch = EpochMean()
    private var means: [Double] = []

    init(_ settings: RuleSettings) {}

    mutating func verdict(_ evidence: Evidence) -> PublishedVerdict {
      guard let loss = evidence.step.loss else { return .unknown }
      guard let mean = epoch.add(loss) else { return .unknown }
      means = means.suffix(4) + [mean]
      guard means.count == 5, let most = means.max() else { return .unknown }
      let change = abs(most - means.reduce(0, +) / 5) / max(abs(most), .leastNormalMagnitude)
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
      let odd = ratios.first { $0.value > 1e-1 || $0.value < 1e-5 }
      guard let odd else { return .fine }
      return .bad(
        layer: odd.layer, value: odd.value, limit: odd.value > 1e-1 ? 1e-1 : 1e-5,
        what: "update over weight")
    }
  }
}
