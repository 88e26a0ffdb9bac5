import Diagnosis
import Exchange
import Glibc
import TraceFormat

/// `gradtop check`: the findings of a trace as a verdict.
struct CheckCommand {
  private let path: String
  private let format: CheckReport.Format
  private let thresholds: [CheckReport.Threshold]
  private let rules: RuleSet
  private let suggestion: String?

  init(_ arguments: Arguments) throws(Failure) {
    path = try arguments.trace()
    let name = try arguments.choice(
      "--format", of: CheckReport.Format.allCases.map(\.rawValue))
    format = CheckReport.Format(rawValue: name) ?? .text
    rules = try Self.rules(arguments)
    thresholds = try Self.thresholds(arguments, rules)
    suggestion = arguments.text("--suggest")
    guard suggestion != "-" else {
      throw arguments.mistake(
        "--suggest", "standard output is the report's", hint: "name a file for the model")
    }
  }

  private static func rules(_ arguments: Arguments) throws(Failure) -> RuleSet {
    var packs: [RulePack] = []
    let valid = ["gradtop"] + RulePack.allCases.map(\.rawValue)
    for name in list(arguments.text("--rules")) where name != "gradtop" {
      guard let pack = RulePack(rawValue: name) else {
        throw arguments.mistake(
          "--rules", "unknown pack \"\(name)\"", hint: Suggestion.hint(for: name, among: valid))
      }
      if !packs.contains(pack) { packs.append(pack) }
    }
    var rules = RuleSet(packs: packs)
    for setting in arguments.all("--set") { try set(setting, in: &rules, arguments) }
    return rules
  }

  /// `RULE.OPTION=VALUE`.
  private static func set(
    _ setting: String, in rules: inout RuleSet, _ arguments: Arguments
  ) throws(Failure) {
    let sides = setting.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let names = sides[0].split(separator: ".", omittingEmptySubsequences: false)
    guard sides.count == 2, names.count == 2 else {
      throw arguments.mistake(
        "--set", "expected RULE.OPTION=VALUE, found \"\(setting)\"",
        hint: "as in vanishing_gradient.decades=4")
    }
    guard let value = Double(sides[1]), value.isFinite else {
      throw arguments.mistake("--set", "expected a number, found \"\(sides[1])\"")
    }
    do throws(RuleSet.SettingError) {
      try rules.set(String(names[1]), of: String(names[0]), to: value)
    } catch {
      switch error {
      case .unknownRule(let name, let valid):
        throw arguments.mistake(
          "--set", "unknown rule \"\(name)\"", hint: Suggestion.hint(for: name, among: valid))
      case .unknownOption(let name, let rule, let valid):
        throw arguments.mistake(
          "--set", "\(rule) has no option \"\(name)\"",
          hint: valid.isEmpty ? "it has none" : Suggestion.hint(for: name, among: valid))
      }
    }
  }

  private static func thresholds(
    _ arguments: Arguments, _ rules: RuleSet
  ) throws(Failure) -> [CheckReport.Threshold] {
    guard let text = arguments.text("--fail-on") else { return [.severity(.error)] }
    let names = Severity.allCases.reversed().map(\.rawValue) + rules.allNames.map(\.rawValue)
    var thresholds: [CheckReport.Threshold] = []
    for name in list(text) {
      if let severity = Severity(rawValue: name) {
        thresholds.append(.severity(severity))
      } else if names.contains(name) {
        thresholds.append(.rule(RuleName(rawValue: name)))
      } else {
        throw arguments.mistake(
          "--fail-on", "unknown severity or rule \"\(name)\"",
          hint: Suggestion.hint(for: name, among: names))
      }
    }
    guard !thresholds.isEmpty else {
      throw arguments.mistake("--fail-on", "expected error, warning or names of rules")
    }
    return thresholds
  }

  private static func list(_ text: String?) -> [String] {
    (text ?? "").split(separator: ",").map { String($0.drop { $0 == " " }) }
  }

  func run() throws(Failure) -> ExitStatus {
    let source = try openTrace(path)
    var report = CheckReport()
    (report.trace, report.thresholds, report.rules) = (path, thresholds, rules.allNames)
    var judge = Judge(rules)
    report.isBlind = true
    var run: Run?
    var (first, last): (UInt64?, UInt64) = (nil, 0)
    var bytes: UInt64?
    while bytes != source.bytesRead {
      bytes = source.bytesRead
      while case let items = source.poll(limit: 16), !items.isEmpty {
        for item in items {
          judge.examine(item)
          switch item {
          case .run(let it): run = it
          case .gap: report.gaps += 1
          case .step(let step, in: _):
            report.steps += 1
            if step.loss != nil || !step.parameters.parameter.isEmpty
              || !step.activations.node.isEmpty
            {
              report.isBlind = false
            }
            if first == nil { first = step.start }
            last = max(last, step.start &+ step.duration)
          default: break
          }
        }
      }
    }
    report.ended = source.state == .closed
    if report.steps == 0 { report.isBlind = false }
    (report.name, report.host) = (run?.name ?? "", run?.host ?? "")
    report.start = run?.wallClockOrigin ?? 0
    report.duration = last - min(last, first ?? last)
    report.findings = Self.ordered(judge.findings)
    if !(Notes.areQuiet && format == .text) { try printOutput(report.text(format)) }
    let found = Set(report.findings.map(\.rule))
    printDetail(
      "rules that found nothing: "
        + rules.allNames.filter { !found.contains($0) }.map(\.rawValue).joined(separator: ", "))
    if let suggestion {
      try SuggestedModel.write(suggestion, for: report.findings, of: run, in: path)
    }
    guard report.ended, report.gaps == 0 else { return .incomplete }
    return report.isPassed ? .success : .checkFailed
  }

  /// The worst first; what is as bad, in the order in which it began.
  private static func ordered(_ findings: [Finding]) -> [Finding] {
    findings.enumerated().sorted { left, right in
      left.element.severity == right.element.severity
        ? left.offset < right.offset : left.element.severity > right.element.severity
    }.map(\.element)
  }
}
