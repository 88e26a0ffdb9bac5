/// How bad a finding is; the worst is the greatest.
public enum Severity: String, CaseIterable, Comparable, Sendable {
  /// Worth knowing.
  case note
  /// It learns worse than it should.
  case warning
  /// Training is broken, or about to be.
  case error

  /// Whether `left` is less bad than `right`.
  public static func < (left: Self, right: Self) -> Bool {
    left.rank < right.rank
  }

  private var rank: Int {
    switch self {
    case .note: 0
    case .warning: 1
    case .error: 2
    }
  }
}

/// A rule, by the name that tables and options know it by.
public enum RuleName: String, CaseIterable, Sendable {
  /// NaN or Inf in an output, a gradient, a parameter or the loss.
  case nonFinite = "non_finite"
  /// A trained parameter that backward does not reach.
  case missingGradient = "missing_gradient"
}

/// Something that is wrong with a training run, from when to when, and what helps.
public struct Finding: Equatable, Sendable {
  /// The rule that found it.
  public var rule: RuleName
  /// How bad it is.
  public var severity: Severity
  /// The path of the layer that it is about; nil where it is about the run.
  public var layer: String?
  /// The name of the parameter that it is about.
  public var parameter: String?
  /// The first step in which it was so.
  public var firstStep: UInt64
  /// The last step in which it was so, as far as is known.
  public var lastStep: UInt64
  /// What was measured in the first step; nil where the rule measures nothing.
  public var value: Double?
  /// What it should not have passed; nil where the rule has no limit.
  public var limit: Double?
  /// What is wrong, why it matters and what helps, in sentences.
  public var message: String

  /// A finding about the steps from `firstStep` to `lastStep`.
  public init(
    rule: RuleName, severity: Severity, layer: String? = nil, parameter: String? = nil,
    firstStep: UInt64, lastStep: UInt64, value: Double? = nil, limit: Double? = nil,
    message: String
  ) {
    self.rule = rule
    self.severity = severity
    self.layer = layer
    self.parameter = parameter
    self.firstStep = firstStep
    self.lastStep = lastStep
    self.value = value
    self.limit = limit
    self.message = message
  }
}
