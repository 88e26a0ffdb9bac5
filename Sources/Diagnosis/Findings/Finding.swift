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
  /// What was measured when it was found; nil where the rule measures nothing.
  public var value: Double?
  /// What it should not have passed; nil where the rule has no limit.
  public var limit: Double?
  /// Steps that it takes to be sure; nil where one is enough.
  public var window: UInt64?
  /// What is wrong, why it matters and what helps, in sentences.
  public var message: String
  /// What helps, as changes to the model file, the likeliest first.
  public var remedies: [Remedy]
  /// Whether it is still so.
  public var isOpen = true

  /// A finding about the steps from `firstStep` to `lastStep`.
  public init(
    rule: RuleName, severity: Severity, layer: String? = nil, parameter: String? = nil,
    firstStep: UInt64, lastStep: UInt64, value: Double? = nil, limit: Double? = nil,
    window: UInt64? = nil, message: String, remedies: [Remedy] = []
  ) {
    self.rule = rule
    self.severity = severity
    self.layer = layer
    self.parameter = parameter
    self.firstStep = firstStep
    self.lastStep = lastStep
    self.value = value
    self.limit = limit
    self.window = window
    self.message = message
    self.remedies = remedies
  }
}

/// What became of a finding in a step.
public struct FindingChange: Equatable, Sendable {
  /// What happened to it.
  public enum Kind: Equatable, Sendable {
    /// It is new.
    case opened
    /// It is worse or less bad than it was, or came again.
    case changed
    /// It is over.
    case closed
  }

  /// What happened to it.
  public var kind: Kind
  /// As it is now.
  public var finding: Finding
}
