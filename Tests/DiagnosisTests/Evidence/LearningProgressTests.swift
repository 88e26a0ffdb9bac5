import Diagnosis
import Testing

@Suite struct LearningProgressTests {
  private func state(
    steps: Int, chance: Double? = nil, _ loss: (Int) -> Double
  ) -> LearningProgress.State {
    var progress = LearningProgress()
    for step in 0..<steps { progress.add(loss(step), rate: 0.1, guess: chance) }
    return progress.state
  }

  @Test func saysNothingEarly() {
    #expect(state(steps: 30) { _ in 1 } == .early)
  }

  @Test func aLossThatStaysIsStuck() {
    #expect(state(steps: 60) { _ in 1 } == .stuck)
    #expect(state(steps: 60) { SyntheticRun.Curve.stuck($0) } == .stuck)
  }

  @Test func aLossThatFallsIsLearning() {
    #expect(state(steps: 100) { 1 / Double(1 + $0) } == .learning)
  }

  @Test func aLossThatFellSomewhatAndStaysIsSlow() {
    #expect(state(steps: 100) { $0 < 20 ? 1 : 0.8 } == .slow)
  }

  @Test func worseThanGuessingIsStuckHoweverFarItFell() {
    #expect(state(steps: 100, chance: 2.3) { $0 < 20 ? 100 : 5 } == .stuck)
    #expect(state(steps: 100, chance: 2.3) { $0 < 20 ? 100 : 0.5 } == .learning)
  }

  @Test func aLossThatIsNoNumberIsStuck() {
    #expect(state(steps: 5) { _ in .nan } == .stuck)
  }

  @Test func unitsDoNotMatter() {
    for unit in [1e-6, 1, 1e6] {
      #expect(state(steps: 100) { unit * ($0 < 20 ? 1 : 0.8) } == .slow)
    }
    // A log-likelihood may be negative.
    #expect(state(steps: 100) { -1 - Double($0) } == .learning)
  }

  @Test func theNewestLossIsTheFirst() {
    var progress = LearningProgress()
    for step in 0..<200 { progress.add(Double(step), rate: nil, guess: nil) }
    #expect(progress.known == LearningProgress.capacity)
    #expect(progress[0] == 199)
    #expect(progress[63] == 136)
    #expect(progress.mean(last: 3) == 198)
  }
}
