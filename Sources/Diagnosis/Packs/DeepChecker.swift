import Glibc
import TraceFormat
import TraceSession

/// TheDeepChecker's rules (Ben Braiek and Khomh, TOSEM 2022), from its settings: from step 10 on, every ten steps.
enum DeepChecker {
  static let rules: [any Rule.Type] = [
    VanishingGradient.self, ExplodingGradient.self, UnstableLearning.self, DeadActivation.self,
    SaturatedActivation.self, LossStagnated.self, LossDiverging.self,
  ]

  /// Mean |g| below 1e-6, or halved in each of the last five checks.
  struct VanishingGradient: PublishedRule {
    static let name = RuleName(rawValue: "deepchecker/VanishingGradient")
    var episode = Episode()
    private var last: Double?
    private var halved = 0

    init(_ settings: RuleSettings) {}

    mutating func verdict(_ evidence: Evidence) -> PublishedVerdict {
      guard evidence.index >= 10, evidence.index % 10 == 0 else { return .unknown }
      let gradients = evidence.meanGradients
      guard let worst = gradients.min(by: { $0.value < $1.value }) else { return .unknown }
      if let last, worst.value <= 0.5 * last { halved += 1 } else { halved = 0 }
      last = worst.value
      return worst.value < 1e-6 || halved >= 5
        ? .bad(layer: worst.layer, value: worst.value, limit: 1e-6, what: "mean gradient") : .fine
    }
  }

  /// Mean |g| above 1e6, or doubled in each of the last five checks.
  struct ExplodingGradient: PublishedRule {
    static let name = RuleName(rawValue: "deepchecker/ExplodingGradient")
    var episode = Episode()
    private var last: Double?
    private var doubled = 0

    init(_ settings: RuleSettings) {}

    mutating func verdict(_ evidence: Evidence) -> PublishedVerdict {
      guard evidence.index >= 10, evidence.index % 10 == 0 else { return .unknown }
      let gradients = evidence.meanGradients
      guard let worst = gradients.max(by: { $0.value < $1.value }) else { return .unknown }
      if let last, worst.value >= 2 * last { doubled += 1 } else { doubled = 0 }
      last = worst.value
      return worst.value > 1e6 || doubled >= 5
        ? .bad(layer: worst.layer, value: worst.value, limit: 1e6, what: "mean gradient") : .fine
    }
  }

  /// log10 of update over weight, averaged over ten steps, outside of [-4, -1] in any layer.
  struct UnstableLearning: PublishedRule {
    static let name = RuleName(rawValue: "deepchecker/UnstableLearning")
    var episode = Episode()
    private var sums: [Double] = []
    private var count = 0

    init(_ settings: RuleSettings) {}

    mutating func verdict(_ evidence: Evidence) -> PublishedVerdict {
      let ratios = evidence.updateRatios
      guard !ratios.isEmpty else { return .unknown }
      if sums.count != ratios.count { (sums, count) = (ratios.map { _ in 0 }, 0) }
      for (index, item) in ratios.enumerated() { sums[index] += log10(max(item.value, 1e-30)) }
      count += 1
      guard count == 10 else { return .unknown }
      let means = sums.map { $0 / 10 }
      (sums, count) = ([], 0)
      guard let odd = means.firstIndex(where: { $0 > -1 || $0 < -4 }) else { return .fine }
      return .bad(
        layer: ratios[odd].layer, value: means[odd], limit: means[odd] > -1 ? -1 : -4,
        what: "log10 of update over weight")
    }
  }

  /// More than half of a layer's units with a 95th percentile of |a| below 1e-5; dead units stand in.
  struct DeadActivation: PublishedRule {
    static let name = RuleName(rawValue: "deepchecker/DeadActivation")
    var episode = Episode()

    init(_ settings: RuleSettings) {}

    mutating func verdict(_ evidence: Evidence) -> PublishedVerdict {
      .judged(
        evidence.worstShare(of: evidence.step.activations.deadUnits, .rectified), limit: 0.5,
        "share of dead units"
      ) { $0 > 0.5 }
    }
  }

  /// More than half of a layer's units saturated.
  struct SaturatedActivation: PublishedRule {
    static let name = RuleName(rawValue: "deepchecker/SaturatedActivation")
    var episode = Episode()
    var patience: Episode.Patience { Episode.Patience(checks: 5, steps: 1) }

    init(_ settings: RuleSettings) {}

    mutating func verdict(_ evidence: Evidence) -> PublishedVerdict {
      .judged(
        evidence.worstShare(of: evidence.step.activations.saturatedUnits, .bounded), limit: 0.5,
        "share of saturated units"
      ) { $0 > 0.5 }
    }
  }

  /// A loss that falls by less than 5 % in each of five checks.
  struct LossStagnated: PublishedRule {
    static let name = RuleName(rawValue: "deepchecker/LossStagnated")
    var episode = Episode()
    var patience: Episode.Patience { Episode.Patience(checks: 5, steps: 1) }
    private var last: Double?

    init(_ settings: RuleSettings) {}

    mutating func verdict(_ evidence: Evidence) -> PublishedVerdict {
      guard evidence.index >= 10, evidence.index % 10 == 0 else { return .unknown }
      guard let loss = evidence.step.loss else { return .unknown }
      defer { last = loss }
      guard let last else { return .unknown }
      let fall = (last - loss) / max(abs(last), .leastNormalMagnitude)
      return fall < 0.05
        ? .bad(layer: nil, value: fall, limit: 0.05, what: "fall of the loss in 10 steps") : .fine
    }
  }

  /// A loss of at least twice its least, in five checks.
  struct LossDiverging: PublishedRule {
    static let name = RuleName(rawValue: "deepchecker/LossDiverging")
    var episode = Episode()
    var patience: Episode.Patience { Episode.Patience(checks: 5, steps: 1) }
    private var least = Double.infinity

    init(_ settings: RuleSettings) {}

    mutating func verdict(_ evidence: Evidence) -> PublishedVerdict {
      guard evidence.index >= 10, evidence.index % 10 == 0 else { return .unknown }
      guard let loss = evidence.step.loss else { return .unknown }
      least = min(least, loss)
      let ratio = loss / max(least, .leastNormalMagnitude)
      return ratio >= 2
        ? .bad(layer: nil, value: ratio, limit: 2, what: "loss over its least") : .fine
    }
  }
}
