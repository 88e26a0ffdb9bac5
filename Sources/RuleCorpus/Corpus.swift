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
    let clean: CorpusJob
    let faulty: CorpusJob

    /// The model file without it.
    public var cleanText: String { clean.text }
    /// The model file with it.
    public var faultyText: String { faulty.text }
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
    /// model does not come half of the way down from where its twin began to where that ended.
    public var counts: Bool {
      guard clean.learns else { return false }
      return fault.isAlwaysFaulty || !(faulty.lastLoss < (clean.firstLoss + clean.lastLoss) / 2)
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
        var job = CorpusJob(name: clean.name, text: clean.text, level: clean.task.level)
        if clean.task.isClassifier { job.chance = log(Double(clean.task.outputs)) }
        job.normsEvery = stream.pick([1, 2, 5, 10])
        for fault in Fault.allCases {
          var faulty = clean
          guard fault.inject(into: &faulty, of: family) else { continue }
          var faultyJob = job
          (faultyJob.name, faultyJob.text) = ("\(job.name): \(fault.rawValue)", faulty.text)
          pairs.append(Pair(family: family, fault: fault, clean: job, faulty: faultyJob))
        }
      }
    }
    self.pairs = pairs
  }

  /// Trains and judges all pairs, on `workers` threads; clean models once each.
  ///
  /// - Throws: What is wrong with one of the model files.
  public func run(
    _ rules: RuleSet, workers: Int = 1, _ progress: @escaping @Sendable (Int) -> Void = { _ in }
  ) throws(TrainingError) -> [Result] {
    var jobs: [CorpusJob] = []
    var places: [String: Int] = [:]
    for pair in pairs {
      for job in [pair.clean, pair.faulty] where places[job.name] == nil {
        places[job.name] = jobs.count
        jobs.append(job)
      }
    }
    let runs = try CorpusJob.run(jobs, rules, workers: workers, progress)
    return pairs.compactMap { pair in
      guard let clean = places[pair.clean.name], let faulty = places[pair.faulty.name] else {
        return nil
      }
      return Result(
        family: pair.family, fault: pair.fault, clean: runs[clean], faulty: runs[faulty])
    }
  }
}
