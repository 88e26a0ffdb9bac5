import Autodiff
public import Diagnosis
import Glibc
public import Training

/// Faulty models, each with a clean twin that learns.
public struct Corpus: Sendable {
  /// A clean model and a faulty one that differ in one mistake.
  public struct Pair: Sendable {
    /// The family of both.
    public let family: Family
    /// The mistake.
    public let fault: Fault
    /// The model file without it.
    public let cleanText: String
    /// The model file with it.
    public let faultyText: String
    let name: String
    let chance: Double?
    let normsEvery: Int
  }

  /// What became of a pair.
  public struct Result: Sendable {
    /// The family of both.
    public let family: Family
    /// The mistake.
    public let fault: Fault
    /// The run without it.
    public let clean: CorpusRun
    /// The run with it.
    public let faulty: CorpusRun

    /// Whether the pair counts: the twin learns and, unless the mistake is one in itself, the faulty
    /// model makes less than half of the twin's way.
    public var counts: Bool {
      guard clean.learns else { return false }
      if fault.isAlwaysFaulty { return true }
      let way = faulty.firstLoss - faulty.lastLoss
      let reached = clean.firstLoss - clean.lastLoss
      let isWorse = faulty.lastLoss > clean.lastLoss + 0.5 * reached
      return !(way > 0.5 * reached) || isWorse
    }
  }

  /// All pairs.
  public let pairs: [Pair]

  /// `models` clean models of each family, each with all mistakes that it has a place for.
  public init(models: Int, families: [Family] = Family.all) {
    var pairs: [Pair] = []
    for family in families {
      for number in 0..<models {
        let clean = family.sketch(number)
        var stream = RandomStream(seed: UInt64(number), name: "sampling of " + family.name)
        for fault in Fault.allCases {
          var faulty = clean
          guard fault.inject(into: &faulty, of: family) else { continue }
          pairs.append(
            Pair(
              family: family, fault: fault, cleanText: clean.text, faultyText: faulty.text,
              name: clean.name,
              chance: clean.task.isClassifier ? log(Double(clean.task.outputs)) : nil,
              normsEvery: [1, 2, 5, 10][stream.index(below: 4)]))
        }
      }
    }
    self.pairs = pairs
  }

  /// Trains and judges all pairs; clean models once each.
  public func run(
    _ rules: RuleSet, _ progress: (Int) -> Void = { _ in }
  ) throws(TrainingError) -> [Result] {
    var twins: [String: CorpusRun] = [:]
    var results: [Result] = []
    for (index, pair) in pairs.enumerated() {
      progress(index)
      let clean: CorpusRun
      if let known = twins[pair.name] {
        clean = known
      } else {
        clean = try CorpusRun(
          pair.name, text: pair.cleanText, chance: pair.chance, normsEvery: pair.normsEvery,
          rules: rules)
        twins[pair.name] = clean
      }
      let faulty = try CorpusRun(
        "\(pair.name): \(pair.fault.rawValue)", text: pair.faultyText, chance: pair.chance,
        normsEvery: pair.normsEvery, rules: rules)
      results.append(
        Result(family: pair.family, fault: pair.fault, clean: clean, faulty: faulty))
    }
    return results
  }
}
