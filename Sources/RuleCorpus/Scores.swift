public import Diagnosis

/// How right rules are, over pairs of a faulty model and its clean twin.
public struct Scores: Sendable {
  /// Pairs that count, and clean models among them.
  public let faults, twins: Int
  /// Share of faulty models that any rule calls.
  public let recall: Double
  /// Share of faulty models that a rule calls by its name.
  public let rightRule: Double
  /// Share of called models that are faulty.
  public let precision: Double
  /// Share of clean twins that any rule calls at the end.
  public let falsePositiveRate: Double
  /// Share of clean twins that any rule calls at any time.
  public let transientFalsePositiveRate: Double
  /// Steps until the first right call, the median; nil where there is none.
  public let medianDelay: UInt64?

  /// The scores of rules for which `isCounted` holds over `results`.
  public init(_ results: [Corpus.Result], of isCounted: (RuleName) -> Bool = { _ in true }) {
    let pairs = results.filter(\.counts)
    var twinRuns: [String: CorpusRun] = [:]
    for pair in pairs { twinRuns[pair.clean.name] = pair.clean }
    let twins = Array(twinRuns.values)
    let called = pairs.filter { $0.faulty.alarms.contains(where: isCounted) }
    let right = pairs.filter { pair in
      pair.faulty.alarms.contains { isCounted($0) && $0.isRight(for: pair.fault) }
    }
    let wrong = twins.filter { $0.alarms.contains(where: isCounted) }
    let ever = twins.filter { run in
      run.calls.contains { isCounted($0.key) && $0.value.worst >= .warning }
    }
    (faults, self.twins) = (pairs.count, twins.count)
    recall = share(called.count, pairs.count)
    rightRule = share(right.count, pairs.count)
    precision = share(called.count, called.count + wrong.count)
    falsePositiveRate = share(wrong.count, twins.count)
    transientFalsePositiveRate = share(ever.count, twins.count)
    let delays = right.compactMap { pair in
      pair.faulty.alarms.filter { isCounted($0) && $0.isRight(for: pair.fault) }
        .compactMap { pair.faulty.calls[$0]?.firstAlarm }.min()
    }.sorted()
    medianDelay = delays.isEmpty ? nil : delays[delays.count / 2]
  }
}

/// How right one rule is about the faults that it is there for.
public struct RuleScores: Sendable {
  /// The rule.
  public let rule: RuleName
  /// Faulty models that it should call.
  public let faults: Int
  /// Share of them that it calls.
  public let recall: Double
  /// Share of models it calls that have such a fault.
  public let precision: Double
  /// Share of clean twins that it calls.
  public let falsePositiveRate: Double
  /// Steps until it calls, the median; nil where it never does.
  public let medianDelay: UInt64?

  /// The scores of `rule` over `results`.
  public init(_ rule: RuleName, _ results: [Corpus.Result]) {
    self.rule = rule
    let pairs = results.filter(\.counts)
    var twinRuns: [String: CorpusRun] = [:]
    for pair in pairs { twinRuns[pair.clean.name] = pair.clean }
    let wanted = pairs.filter { rule.isRight(for: $0.fault) }
    let called = pairs.filter { $0.faulty.alarms.contains(rule) }
    let right = called.filter { rule.isRight(for: $0.fault) }
    let wrong = twinRuns.values.filter { $0.alarms.contains(rule) }
    faults = wanted.count
    recall = share(right.count, wanted.count)
    precision = share(right.count, called.count + wrong.count)
    falsePositiveRate = share(wrong.count, twinRuns.count)
    let delays = right.compactMap { $0.faulty.calls[rule]?.firstAlarm }.sorted()
    medianDelay = delays.isEmpty ? nil : delays[delays.count / 2]
  }
}

extension RuleName {
  /// Whether it names the fault, or what that comes to at once: for a rule of a pack, whether ours
  /// about the same thing does.
  func isRight(for fault: Fault) -> Bool {
    guard let slash = rawValue.firstIndex(of: "/") else { return fault.rules.contains(self) }
    let own = Self.counterparts[String(rawValue[slash...].dropFirst())] ?? []
    return !fault.rules.isDisjoint(with: own)
  }

  /// By the published name: our rules about the same thing.
  private static let counterparts: [String: Set<RuleName>] = [
    "VanishingGradient": [.vanishingGradient, .vanishingThroughTime],
    "ExplodingGradient": [.explodingGradient, .explodingThroughTime],
    "ExplodingTensor": [.nonFinite], "NumericalError": [.nonFinite],
    "DeadRelu": [.deadUnits], "DyingReLU": [.deadUnits], "DeadNode": [.deadUnits],
    "DeadActivation": [.deadUnits], "SaturatedActivation": [.saturatedUnits],
    "PoorWeightInitialization": [.initialization], "AllZero": [.initialization],
    "WeightUpdateRatio": [.stepSize], "UnstableLearning": [.stepSize], "LearningRate": [.stepSize],
    "OscillatingLoss": [.lossOscillating], "LossDiverging": [.lossDiverging],
    "AbnormalLoss": [.lossDiverging, .nonFinite],
    "LossNotDecreasing": [.lossStalled], "SlowConvergence": [.lossStalled],
    "UnchangedLoss": [.lossStalled], "UnchangedTensor": [.lossStalled],
    "LossStagnated": [.lossStalled],
  ]
}

private func share(_ part: Int, _ whole: Int) -> Double {
  whole > 0 ? Double(part) / Double(whole) : .nan
}
