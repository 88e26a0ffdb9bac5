public import TraceFormat
import TraceSession

/// Hands the facts of a trace to rules, and keeps what they find.
///
///     var judge = Judge()
///     session.poll { item in opened += judge.examine(item) }
///     show(judge.findings)
public struct Judge: Sendable {
  /// All findings so far, in the order in which they were opened.
  public private(set) var findings: [Finding] = []

  private var rules: [any Rule]
  private let makeRules: @Sendable () -> [any Rule]
  private var graphs: [UInt32: GraphIndex] = [:]
  private var runID: String?
  private var slots: [Subject: Int] = [:]

  /// What tells one finding from another.
  private struct Subject: Hashable {
    var rule: RuleName
    var layer: String?
    var parameter: String?
  }

  /// A judge who knows the rules that `rules` makes: by default all there are.
  public init(rules: @escaping @Sendable () -> [any Rule] = { Judge.allRules }) {
    makeRules = rules
    self.rules = rules()
  }

  /// A fresh one of each rule.
  public static var allRules: [any Rule] { [NonFinite(), MissingGradient()] }

  /// Takes the next fact of a trace.
  ///
  /// - Returns: findings that it opens. What goes on, or comes again at the same place, only gets a
  ///   later last step in `findings`.
  @discardableResult
  public mutating func examine(_ item: TraceItem) -> [Finding] {
    switch item {
    case .run(let run):
      if let runID, runID != run.runID { startOver() }
      runID = run.runID
    case .graph(let graph): graphs[graph.id] = GraphIndex(graph)
    case .step(let step, in: _): return examine(step)
    case .detail, .gap: break
    }
    return []
  }

  /// Findings about the layer at `path`.
  public func findings(ofLayer path: String) -> [Finding] {
    findings.filter { $0.layer == path }
  }

  private mutating func examine(_ step: Step) -> [Finding] {
    let graph = graphs[step.graph] ?? GraphIndex()
    var opened: [Finding] = []
    for index in rules.indices {
      for finding in rules[index].examine(step, of: graph) {
        if keep(finding) { opened.append(finding) }
      }
    }
    return opened
  }

  /// - Returns: whether it is new.
  private mutating func keep(_ finding: Finding) -> Bool {
    let subject = Subject(
      rule: finding.rule, layer: finding.layer, parameter: finding.parameter)
    if let slot = slots[subject] {
      findings[slot].lastStep = finding.lastStep
      return false
    }
    slots[subject] = findings.count
    findings.append(finding)
    return true
  }

  /// Another run took the place of the one before.
  private mutating func startOver() {
    rules = makeRules()
    (findings, slots, graphs) = ([], [:], [:])
  }
}
