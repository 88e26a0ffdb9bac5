import Glibc
import TraceFormat
import TraceSession

/// AutoTrainer's rules (Zhang and others, ICSE 2021), from its monitor: symptoms count only while the best accuracy is below 0.6.
enum AutoTrainer {
  static let rules: [any Rule.Type] = [
    VanishingGradient.self, ExplodingGradient.self, DyingReLU.self, OscillatingLoss.self,
    SlowConvergence.self, AbnormalLoss.self,
  ]

  /// First over last kernel's gradient norm below 1e-3, and the first below 1e-4.
  struct VanishingGradient: PublishedRule {
    static let name = RuleName(rawValue: "autotrainer/VanishingGradient")
    var episode = Episode()
    private var accuracy = LowAccuracy()

    init(_ settings: RuleSettings) {}

    mutating func verdict(_ evidence: Evidence) -> PublishedVerdict {
      guard accuracy.holds(in: evidence.step) else { return .fine }
      guard let norms = evidence.firstAndLastNorm, norms.last > 0 else { return .unknown }
      let ratio = norms.first / norms.last
      return ratio < 1e-3 && norms.first < 1e-4
        ? .bad(layer: nil, value: ratio, limit: 1e-3, what: "first over last gradient") : .fine
    }
  }

  /// First over last kernel's gradient norm above 70, or NaN.
  struct ExplodingGradient: PublishedRule {
    static let name = RuleName(rawValue: "autotrainer/ExplodingGradient")
    var episode = Episode()
    private var accuracy = LowAccuracy()

    init(_ settings: RuleSettings) {}

    mutating func verdict(_ evidence: Evidence) -> PublishedVerdict {
      guard accuracy.holds(in: evidence.step) else { return .fine }
      if evidence.hasNonFinite {
        return .bad(layer: nil, value: 1, limit: 0, what: "a tensor has NaN or Inf")
      }
      guard let norms = evidence.firstAndLastNorm, norms.last > 0 else { return .unknown }
      let ratio = norms.first / norms.last
      return ratio > 70
        ? .bad(layer: nil, value: ratio, limit: 70, what: "first over last gradient") : .fine
    }
  }

  /// At least 0.7 of the gradient's entries are 0; zeros of outputs stand in.
  struct DyingReLU: PublishedRule {
    static let name = RuleName(rawValue: "autotrainer/DyingReLU")
    var episode = Episode()
    private var accuracy = LowAccuracy()

    init(_ settings: RuleSettings) {}

    mutating func verdict(_ evidence: Evidence) -> PublishedVerdict {
      guard accuracy.holds(in: evidence.step) else { return .fine }
      return .judged(evidence.worstZeroFraction, limit: 0.7, "share of zeros") { $0 >= 0.7 }
    }
  }

  /// Accuracy falls by 0.03 in at least a fifth of epochs; twenty steps stand in for one.
  struct OscillatingLoss: PublishedRule {
    static let name = RuleName(rawValue: "autotrainer/OscillatingLoss")
    var episode = Episode()
    private var epoch = EpochMean()
    private var last: Double?
    private var epochs = 0
    private var falls = 0

    init(_ settings: RuleSettings) {}

    mutating func verdict(_ evidence: Evidence) -> PublishedVerdict {
      guard let accuracy = evidence.step.accuracy else { return .unknown }
      guard let mean = epoch.add(accuracy) else { return .unknown }
      defer { last = mean }
      guard let last else { return .unknown }
      epochs += 1
      if last - mean >= 0.03 { falls += 1 }
      guard epochs >= 5 else { return .unknown }
      let share = Double(falls) / Double(epochs)
      return share >= 0.2
        ? .bad(layer: nil, value: share, limit: 0.2, what: "share of epochs that fall back") : .fine
    }
  }

  /// Accuracy changes by less than 0.01 between epochs, and is below 0.6; twenty steps stand in for one.
  struct SlowConvergence: PublishedRule {
    static let name = RuleName(rawValue: "autotrainer/SlowConvergence")
    var episode = Episode()
    private var epoch = EpochMean()
    private var last: Double?
    private var best = 0.0

    init(_ settings: RuleSettings) {}

    mutating func verdict(_ evidence: Evidence) -> PublishedVerdict {
      guard let accuracy = evidence.step.accuracy else { return .unknown }
      guard let mean = epoch.add(accuracy) else { return .unknown }
      defer { last = mean }
      best = max(best, mean)
      guard let last, best < 0.6 else { return .fine }
      return abs(mean - last) < 0.01
        ? .bad(layer: nil, value: abs(mean - last), limit: 0.01, what: "change of accuracy") : .fine
    }
  }

  /// A loss that is NaN or at least 1000.
  struct AbnormalLoss: PublishedRule {
    static let name = RuleName(rawValue: "autotrainer/AbnormalLoss")
    var episode = Episode()

    init(_ settings: RuleSettings) {}

    mutating func verdict(_ evidence: Evidence) -> PublishedVerdict {
      guard let loss = evidence.step.loss else { return .unknown }
      return loss.isFinite && loss < 1000
        ? .fine : .bad(layer: nil, value: loss, limit: 1000, what: "loss")
    }
  }
}
