import Diagnosis
import Testing
import TraceFormat

@Suite struct LossTests {
  private let run = SyntheticRun()

  @Test func aLossThatNeverFellIsStalled() throws {
    let judge = run.judge(LossStalled.self)
    let finding = try #require(judge.findings.first)
    #expect(judge.findings.count == 1)
    #expect(finding.severity == .warning)
    #expect(finding.firstStep == 0)
    #expect(finding.window == 50)
    #expect(finding.message.hasPrefix("the loss does not fall: in 50 steps it went from 1"))
  }

  @Test func oneThatLevelsOffIsANote() {
    let judge = run.judge(LossStalled.self, steps: 300) { index, step in
      step.loss = max(0.5, 1 - 0.02 * Double(index))
    }
    #expect(judge.findings.map(\.severity) == [.note])
  }

  @Test func oneThatIsDoneIsNothing() {
    let judge = run.judge(LossStalled.self, steps: 300) { index, step in
      step.loss = max(0.05, 1 - 0.02 * Double(index))
    }
    #expect(judge.findings.isEmpty)
  }

  @Test func aLossThatDoublesDiverges() throws {
    let judge = run.judge(LossDiverging.self, steps: 200) { index, step in
      step.loss = index < 100 ? 1 : 1 + 0.05 * Double(index - 100)
    }
    let finding = try #require(judge.findings.first)
    #expect(finding.severity == .error)
    #expect(finding.limit == 2)
    #expect((120..<140).contains(finding.firstStep))
  }

  @Test func aSmallLossMayDouble() {
    let judge = run.judge(LossDiverging.self, steps: 200) { index, step in
      step.loss = index < 20 ? 1 : index % 30 < 15 ? 0.01 : 0.05
    }
    #expect(judge.findings.isEmpty)
  }

  @Test func aLossThatSwingsOscillates() throws {
    let judge = run.judge(LossOscillating.self) { index, step in
      step.loss = index % 2 == 0 ? 1 : 5
    }
    let finding = try #require(judge.findings.first)
    #expect(finding.severity == .warning)
    #expect(abs(try #require(finding.value) - 4.0 / 3) < 0.01)
  }

  @Test func noiseDoesNot() {
    #expect(run.judge(LossOscillating.self).findings.isEmpty)
    // Fast, but one way.
    #expect(
      run.judge(LossOscillating.self, steps: 40) { index, step in
        step.loss = Double(1 << min(index, 60))
      }.findings.isEmpty)
  }

  @Test func stepsThatAreTooLargeOrTooSmall() throws {
    for (ratio, limit) in [(Float(0.9), -0.3), (0.3, -1), (1e-6, -4)] {
      let judge = run.judge(StepSize.self) { _, step in
        step.parameters.updateNorm = step.parameters.weightNorm.map { $0 * ratio }
      }
      let finding = try #require(judge.findings.first)
      #expect(judge.findings.count == 1)
      #expect(finding.severity == .error)
      #expect(finding.limit == limit)
      #expect(finding.firstStep == 0)
    }
  }

  @Test func oneOddTensorIsNoStepSize() {
    let judge = run.judge(StepSize.self) { _, step in step.parameters.updateNorm[0] = 1e-7 }
    #expect(judge.findings.isEmpty)
  }

  @Test func smallStepsAreRightTowardsTheEnd() {
    let byRate = run.judge(StepSize.self) { index, step in
      step.parameters.updateNorm = step.parameters.weightNorm.map {
        $0 * (index < 50 ? 1e-3 : 1e-6)
      }
      step.learningRate = index < 50 ? 0.01 : 1e-5
    }
    #expect(byRate.findings.isEmpty)
    let byLoss = run.judge(StepSize.self) { index, step in
      step.parameters.updateNorm = step.parameters.weightNorm.map {
        $0 * (index < 50 ? 1e-3 : 1e-6)
      }
      step.loss = index < 50 ? 1 : 0.01
    }
    #expect(byLoss.findings.isEmpty)
  }
}
