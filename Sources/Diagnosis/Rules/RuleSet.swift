/// Which rules judge a run, and how their options are set.
public struct RuleSet: Sendable {
  private var types: [any Rule.Type]
  private var set: [RuleName: [String: Double]] = [:]

  /// gradtop's own rules.
  public static let own: [any Rule.Type] = [
    NonFinite.self, BrokenGraph.self, MissingGradient.self, AccumulatedGradients.self,
    VanishingGradient.self, ExplodingGradient.self, VanishingThroughTime.self,
    ExplodingThroughTime.self, DeadUnits.self, SaturatedUnits.self, StepSize.self,
    Initialization.self, LossDiverging.self, LossOscillating.self, LossStalled.self,
  ]

  /// gradtop's own rules, and those of `packs` beside them.
  public init(packs: [RulePack] = []) {
    types = Self.own + packs.flatMap(\.rules)
  }

  /// These rules alone.
  public init(_ types: [any Rule.Type]) {
    self.types = types
  }

  /// The names of its rules, in the order in which they judge.
  public var names: [RuleName] { types.map { $0.name } }

  /// The names of all that it can find: what only a producer sees comes last.
  public var allNames: [RuleName] { names + [.overwrittenTensor] }

  /// The options of the rule called `name`; nil where there is no such rule.
  public func options(of name: RuleName) -> [RuleOption]? {
    types.first { $0.name == name }?.options
  }

  /// Why an option cannot be set.
  public enum SettingError: Error, Equatable {
    /// There is no such rule among these.
    case unknownRule(String, valid: [String])
    /// The rule has no such option.
    case unknownOption(String, rule: String, valid: [String])
  }

  /// Sets the option called `option` of the rule called `rule`.
  public mutating func set(
    _ option: String, of rule: String, to value: Double
  ) throws(SettingError) {
    let name = RuleName(rawValue: rule)
    guard let options = options(of: name) else {
      throw .unknownRule(rule, valid: names.map(\.rawValue))
    }
    guard options.contains(where: { $0.name == option }) else {
      throw .unknownOption(option, rule: rule, valid: options.map(\.name))
    }
    set[name, default: [:]][option] = value
  }

  /// A fresh one of each rule.
  func makeRules() -> [any Rule] {
    types.map { type in
      type.init(RuleSettings(type.options, set: set[type.name] ?? [:]))
    }
  }
}

/// The published limits of another tool, as rules.
public enum RulePack: String, CaseIterable, Sendable {
  /// Amazon SageMaker Debugger's built-in rules.
  case sagemaker
  /// AutoTrainer (Zhang and others, ICSE 2021).
  case autotrainer
  /// DeepDiagnosis (Wardat and others, ICSE 2022).
  case deepdiagnosis
  /// TheDeepChecker (Ben Braiek and Khomh, TOSEM 2022).
  case deepchecker

  /// Its rules; each name starts with the pack's.
  public var rules: [any Rule.Type] {
    switch self {
    case .sagemaker: SageMaker.rules
    case .autotrainer: AutoTrainer.rules
    case .deepdiagnosis: DeepDiagnosis.rules
    case .deepchecker: DeepChecker.rules
    }
  }
}
