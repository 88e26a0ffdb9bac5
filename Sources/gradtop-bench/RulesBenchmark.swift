import Autodiff
import Diagnosis
import Glibc
import RuleCorpus
import TraceFormat
import Training

/// How right the rules are: the corpus of faulty models and their clean twins.
enum RulesBenchmark {
  /// Trains `models` clean models of each family and all their faulty twins; of the families that
  /// limits were chosen on alone, where `isTuning`.
  static func run(models: Int, isTuning: Bool) throws {
    let corpus = Corpus(
      models: models, families: Family.all.filter { !isTuning || !$0.isHeldOut })
    let start = MonotonicClock.now()
    let results = try corpus.run(
      RuleSet(packs: RulePack.allCases), workers: Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    let seconds = Double(MonotonicClock.now() - start) / 1e9
    print(
      "rules on \(results.count) faulty models and their clean twins, \(fixed(seconds, 0)) s; "
        + "\(results.filter(\.counts).count) pairs count")
    for (title, isHeldOut) in [("families limits were chosen on", false), ("held out", true)] {
      let part = results.filter { $0.family.isHeldOut == isHeldOut }
      if part.isEmpty { continue }
      print("\n\(title)")
      summary(part)
      rules(part)
      faults(part)
      families(part)
    }
    if getenv("RULES_VERBOSE") != nil { misses(results) }
  }

  private static func summary(_ results: [Corpus.Result]) {
    row("", ["faults", "twins", "recall", "right", "precision", "FPR", "FPR ever", "delay"])
    line("gradtop", Scores(results) { !$0.rawValue.contains("/") })
    for pack in RulePack.allCases {
      line(pack.rawValue, Scores(results) { $0.rawValue.hasPrefix(pack.rawValue + "/") })
    }
  }

  private static func line(_ name: String, _ it: Scores) {
    row(
      name,
      [
        "\(it.faults)", "\(it.twins)", fixed(it.recall, 3), fixed(it.rightRule, 3),
        fixed(it.precision, 3), fixed(it.falsePositiveRate, 3),
        fixed(it.transientFalsePositiveRate, 3), it.medianDelay.map { "\($0)" } ?? "-",
      ])
  }

  private static func rules(_ results: [Corpus.Result]) {
    row("rule", ["faults", "", "recall", "", "precision", "FPR", "", "delay"])
    for name in RuleSet(packs: RulePack.allCases).names {
      let it = RuleScores(name, results)
      row(
        name.rawValue,
        [
          "\(it.faults)", "", fixed(it.recall, 3), "", fixed(it.precision, 3),
          fixed(it.falsePositiveRate, 3), "", it.medianDelay.map { "\($0)" } ?? "-",
        ])
    }
  }

  private static func faults(_ results: [Corpus.Result]) {
    row("fault", ["faults", "", "recall", "right", "", "", "", "delay"])
    for fault in Fault.allCases {
      let part = results.filter { $0.fault == fault }
      let it = Scores(part) { !$0.rawValue.contains("/") }
      row(
        fault.rawValue,
        [
          "\(it.faults)", "", fixed(it.recall, 3), fixed(it.rightRule, 3), "", "", "",
          it.medianDelay.map { "\($0)" } ?? "-",
        ])
    }
  }

  private static func families(_ results: [Corpus.Result]) {
    row("family", ["faults", "twins", "recall", "right", "", "FPR", "FPR ever", "delay"])
    for family in Family.all where results.contains(where: { $0.family.name == family.name }) {
      line(
        family.name,
        Scores(results.filter { $0.family.name == family.name }) { !$0.rawValue.contains("/") })
    }
  }

  private static func misses(_ results: [Corpus.Result]) {
    func own(_ run: CorpusRun) -> String {
      run.calls.filter { !$0.key.rawValue.contains("/") }
        .map { "\($0.key.rawValue):\($0.value.last)/\($0.value.worst)" }.sorted()
        .joined(separator: " ")
    }
    func ends(_ run: CorpusRun) -> String {
      let middle = run.losses.count / 2
      return [0, 5, 20, 40, 60, middle, run.losses.count - 1].filter(run.losses.indices.contains)
        .map { fixed(run.losses[$0], 3) }.joined(separator: " ")
    }
    var seen: Set<String> = []
    for pair in results {
      let isNew = seen.insert(pair.clean.name).inserted
      if isNew, !pair.clean.learns {
        print("TWIN FAILS \(pair.clean.name) \(ends(pair.clean)) \(own(pair.clean))")
      }
      guard pair.counts else { continue }
      if isNew,
        pair.clean.calls.contains(where: {
          !$0.key.rawValue.contains("/") && $0.value.worst >= .warning
        })
      {
        print("FALSE \(pair.clean.name) \(ends(pair.clean)) \(own(pair.clean))")
      }
      if pair.faulty.alarms.filter({ !$0.rawValue.contains("/") })
        .isDisjoint(with: pair.fault.rules)
      {
        print("MISS \(pair.faulty.name) \(ends(pair.faulty)) \(own(pair.faulty))")
      }
    }
  }

  private static func row(_ name: String, _ cells: [String]) {
    let label = name + String(repeating: " ", count: max(1, 36 - name.count))
    print(
      "  " + label
        + cells.map { String(repeating: " ", count: max(1, 10 - $0.count)) + $0 }.joined())
  }
}
