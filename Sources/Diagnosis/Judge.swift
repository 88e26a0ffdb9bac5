public import TraceFormat

/// Hands the facts of a trace to rules, and keeps what they find.
///
///     var judge = Judge()
///     session.poll { item in judge.examine(item) }
///     show(judge.findings)
public struct Judge: Sendable {
  private var rules: [any Rule]
  private let ruleSet: RuleSet
  private var gatherer = EvidenceGatherer()
  private var docket = Docket()
  private var runID: String?

  /// A judge who knows the rules of `ruleSet`.
  public init(_ ruleSet: RuleSet = RuleSet()) {
    self.ruleSet = ruleSet
    rules = ruleSet.makeRules()
  }

  /// All findings so far, in the order in which they were opened.
  public var findings: [Finding] { docket.findings }

  /// Takes the next fact of a trace.
  ///
  /// - Returns: findings that open, close, or become worse or less bad with it.
  @discardableResult
  public mutating func examine(_ item: TraceItem) -> [FindingChange] {
    switch item {
    case .run(let run):
      if let runID, runID != run.runID { startOver() }
      runID = run.runID
      gatherer.add(run)
    case .graph(let graph): gatherer.add(graph)
    case .step(let step, in: _): return examine(step)
    case .finding(let record):
      if let finding = Finding(ofProducer: record) {
        docket.adopt(finding)
        return docket.takeChanges()
      }
    case .detail, .plan, .gap: break
    }
    return []
  }

  /// Takes the next step.
  @discardableResult
  public mutating func examine(_ step: Step) -> [FindingChange] {
    let evidence = gatherer.evidence(step)
    docket.update(evidence.progress.state)
    for index in rules.indices { rules[index].examine(evidence, &docket) }
    return docket.takeChanges()
  }

  /// Findings about the layer at `path`.
  public func findings(ofLayer path: String) -> [Finding] {
    docket.findings.filter { $0.layer == path }
  }

  /// The worst there is; nil where nothing was found.
  public var worst: Severity? { docket.findings.map(\.severity).max() }

  /// Another run took the place of the one before.
  private mutating func startOver() {
    rules = ruleSet.makeRules()
    (docket, gatherer) = (Docket(), EvidenceGatherer())
  }
}
