/// One thing that can go wrong in training, and how it shows in the facts of a trace.
///
/// A rule is handed each step once, in order, and keeps what it needs of them: in bounded memory,
/// for a run may be endless. What it finds depends on the steps alone, so that it is the same live,
/// on replay and in a check.
public protocol Rule: Sendable {
  /// As tables and options know it.
  static var name: RuleName { get }

  /// What can be set, with what holds unless it is.
  static var options: [RuleOption] { get }

  /// A rule that has seen nothing yet.
  init(_ settings: RuleSettings)

  /// Looks at the next step, and opens, holds and closes findings.
  mutating func examine(_ evidence: Evidence, _ docket: inout Docket)
}

extension Rule {
  /// None.
  public static var options: [RuleOption] { [] }

  /// A rule with nothing set.
  public init() { self.init(RuleSettings(Self.options)) }
}

/// Something about a rule that can be set.
public struct RuleOption: Equatable, Sendable {
  /// `decades`.
  public var name: String
  /// What holds unless it is set.
  public var value: Double
  /// What it is, in a few words.
  public var help: String

  /// An option.
  public init(_ name: String, _ value: Double, _ help: String) {
    (self.name, self.value, self.help) = (name, value, help)
  }
}

/// The options of one rule, as they were set.
public struct RuleSettings: Equatable, Sendable {
  private var values: [String: Double] = [:]

  /// Each option as it is unless set.
  public init(_ options: [RuleOption], set: [String: Double] = [:]) {
    for option in options { values[option.name] = set[option.name] ?? option.value }
  }

  /// The value of the option called `name`.
  subscript(name: String) -> Double { values[name] ?? 0 }

  /// The option called `name` as a number of steps or checks, at least 1.
  func count(_ name: String) -> Int {
    let value = self[name]
    return value >= 1 ? Int(min(value, 1e9)) : 1
  }
}
