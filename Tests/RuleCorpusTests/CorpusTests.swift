import Diagnosis
import RuleCorpus
import Testing

/// A small fixed part of what `make bench-rules` measures: families whose data is made in no time.
@Suite struct CorpusTests {
  private static let families = ["relu-mlp/teacher", "tanh-mlp/teacher"]

  @Test func rulesAreRightOnASmallCorpus() throws {
    let corpus = Corpus(
      models: 1, families: Family.all.filter { Self.families.contains($0.name) })
    let scores = Scores(try corpus.run(RuleSet()))
    #expect(scores.twins >= 2)
    #expect(scores.faults >= 12)
    #expect(scores.falsePositiveRate == 0)
    #expect(scores.recall >= 0.9)
    #expect(scores.rightRule >= 0.85)
  }

  @Test func everyFaultHasAFamily() {
    let faults = Set(Corpus(models: 8).pairs.map(\.fault))
    #expect(faults.count == Fault.allCases.count)
  }

  @Test func modelsDifferInTheirMistakeAlone() {
    let pairs = Corpus(models: 2).pairs
    #expect(pairs.allSatisfy { $0.cleanText != $0.faultyText })
    #expect(Set(pairs.map(\.faultyText)).count == pairs.count)
  }
}
