import Diagnosis
import Glibc
import SeededNumbers
import Testing
import TraceFormat

/// However long and noisy a run is: one finding for each rule and place, opened and closed a few times.
@Suite struct LongRunTests {
  private static let steps = 20_000

  /// How often each rule's findings opened, closed, or changed.
  private func changes(
    _ change: @escaping (Int, inout Step, inout SeededGenerator) -> Void
  ) -> (counts: [RuleName: Int], judge: Judge) {
    var run = SyntheticRun()
    (run.layers, run.modelText) = (4, "{}")
    var generator = SeededGenerator(seed: 7)
    var counts: [RuleName: Int] = [:]
    let judge = run.judge(
      steps: Self.steps, { index, step in change(index, &step, &generator) },
      onChange: { counts[$0.finding.rule, default: 0] += 1 })
    return (counts, judge)
  }

  private func expectCalm(
    _ result: (counts: [RuleName: Int], judge: Judge), _ rules: [RuleName],
    _ location: SourceLocation = #_sourceLocation
  ) {
    let found = result.judge.findings.map(\.rule)
    #expect(Set(found).isSuperset(of: rules), sourceLocation: location)
    #expect(Set(found).count == found.count, "one finding each", sourceLocation: location)
    for (rule, count) in result.counts {
      #expect(count <= 24, "\(rule.rawValue): \(count)", sourceLocation: location)
    }
  }

  @Test func aLossThatLevelsOffAndIsNoisy() {
    expectCalm(
      changes { index, step, generator in
        let loss = 0.3 + 1 / (1 + 0.1 * Double(index))
        step.loss = loss * .random(in: 0.7...1.3, using: &generator)
      }, [.lossStalled])
  }

  @Test func aLossAboutTheTenthThatCountsAsDone() {
    expectCalm(
      changes { index, step, generator in
        let loss = max(0.1, 1 / (1 + 0.1 * Double(index)))
        step.loss = loss * .random(in: 0.5...1.5, using: &generator)
      }, [.lossStalled])
  }

  @Test func gradientsAboutTheirLimit() {
    expectCalm(
      changes { index, step, generator in
        // 3 decades are the limit.
        let decades = Float.random(in: 1...4, using: &generator)
        step.activations.gradRMS[0] *= pow(10, -decades)
        step.loss = 1 / (1 + 0.1 * Double(index))
      }, [])
    expectCalm(
      changes { index, step, generator in
        // In phases of 40 steps above it and below.
        let decades: Float = index / 40 % 2 == 0 ? 4 : 1
        step.activations.gradRMS[0] *= pow(10, -decades)
        step.loss = 1 / (1 + 0.1 * Double(index))
      }, [.vanishingGradient])
  }

  @Test func unitsAboutTheirLimit() {
    expectCalm(
      changes { index, step, generator in
        step.activations.deadUnits[1] = .random(in: 10...60, using: &generator)
        step.loss = 1 / (1 + 0.1 * Double(index))
      }, [.deadUnits])
  }

  @Test func stepsAndNormsThatJump() {
    expectCalm(
      changes { index, step, generator in
        let isWild = index / 60 % 2 == 1
        step.gradNorm = isWild ? .random(in: 1...40, using: &generator) : 1
        step.parameters.updateNorm = step.parameters.weightNorm.map { $0 * (isWild ? 0.5 : 1e-3) }
        step.loss = 1 / (1 + 0.1 * Double(min(index, 60)))
      }, [.lossStalled, .stepSize])
  }

  @Test func aRunThatLearnsAndForgets() {
    let result = changes { index, step, generator in
      step.loss = index / 500 % 2 == 0 ? 1 : 0.2
      step.activations.deadUnits[1] = 60
    }
    for (rule, count) in result.counts { #expect(count <= 100, "\(rule.rawValue): \(count)") }
  }
}
