public import Diagnosis

/// What a check of a trace came to: its findings, and which of them fail it.
public struct CheckReport: Sendable {
  /// What a finding must be to fail the check.
  public enum Threshold: Equatable, Sendable {
    /// So bad or worse.
    case severity(Severity)
    /// Found by this rule.
    case rule(RuleName)

    /// As `--fail-on` has it.
    public var name: String {
      switch self {
      case .severity(let severity): severity.rawValue
      case .rule(let rule): rule.rawValue
      }
    }

    func holds(for finding: Finding) -> Bool {
      switch self {
      case .severity(let severity): finding.severity >= severity
      case .rule(let rule): finding.rule == rule
      }
    }
  }

  /// How a report is written.
  public enum Format: String, CaseIterable, Sendable {
    /// For people.
    case text
    /// One object.
    case json
    /// JUnit's XML: a test case for each rule.
    case junit
    /// For the summary of a CI job.
    case markdown
    /// Workflow commands of GitHub Actions: annotations.
    case github
  }

  /// The trace, as it was named.
  public var trace = ""
  /// The run's name.
  public var name = ""
  /// The machine that it ran on.
  public var host = ""
  /// When it began: nanoseconds of Unix time.
  public var start: UInt64 = 0
  /// Steps that were judged.
  public var steps: UInt64 = 0
  /// Nanoseconds from the first step's start to the last one's end.
  public var duration: UInt64 = 0
  /// The rules that judged.
  public var rules: [RuleName] = []
  /// All findings, the worst first.
  public var findings: [Finding] = []
  /// What fails the check.
  public var thresholds: [Threshold] = [.severity(.error)]
  /// Places where the trace is damaged.
  public var gaps = 0
  /// Whether the trace was closed properly.
  public var ended = true
  /// Whether no step has a loss, a gradient or an output that rules could judge.
  public var isBlind = false

  /// Nothing yet.
  public init() {}

  /// The findings that fail the check.
  public var failures: [Finding] { findings.filter(fails) }

  /// Whether nothing fails it.
  public var isPassed: Bool { failures.isEmpty }

  /// Whether `finding` fails the check.
  public func fails(_ finding: Finding) -> Bool {
    thresholds.contains { $0.holds(for: finding) }
  }

  /// The report in `format`.
  public func text(_ format: Format) -> String {
    switch format {
    case .text: plainText
    case .json: json
    case .junit: junit
    case .markdown: markdown
    case .github: github
    }
  }

  /// `2 errors, 1 note`; `nothing found`.
  var counts: String {
    let parts = Severity.allCases.reversed().compactMap { severity -> String? in
      let count = findings.count { $0.severity == severity }
      return count == 0 ? nil : "\(count) \(severity.rawValue)\(count == 1 ? "" : "s")"
    }
    return parts.isEmpty ? "nothing found" : parts.joined(separator: ", ")
  }

  /// What is missing of the trace, as a clause; empty where nothing is.
  var loss: String {
    let parts = [
      gaps > 0 ? "\(gaps) \(gaps == 1 ? "gap" : "gaps")" : nil,
      ended ? nil : "the trace has no end",
      isBlind ? "no loss or gradient is in it to be judged" : nil,
    ]
    return parts.compactMap { $0 }.joined(separator: ", ")
  }
}

extension Finding {
  /// `steps 3-99`, `step 3`.
  var extent: String {
    firstStep == lastStep ? "step \(firstStep)" : "steps \(firstStep)-\(lastStep)"
  }

  /// `3.21, limit 3`; nil where nothing was measured.
  var measure: String? {
    guard let value else { return nil }
    return Figures.short(value) + (limit.map { ", limit \(Figures.short($0))" } ?? "")
  }
}

/// Numbers for people.
enum Figures {
  /// With four digits.
  static func short(_ value: Double) -> String {
    guard value.isFinite, value != 0 else { return value.isNaN ? "nan" : "\(value)" }
    var (scaled, power) = (abs(value), 1.0)
    while scaled >= 10_000 { (scaled, power) = (scaled / 10, power / 10) }
    while scaled < 1000 { (scaled, power) = (scaled * 10, power * 10) }
    let rounded = (value * power).rounded() / power
    return rounded == rounded.rounded() && abs(rounded) < 1e6 ? "\(Int(rounded))" : "\(rounded)"
  }
}
