import Diagnosis
import Testing
import TraceFormat

@Suite struct UnitTests {
  @Test func deadUnitsAreCountedNotZeros() throws {
    let run = SyntheticRun()
    let judge = run.judge(DeadUnits.self) { index, step in
      step.activations.zeroFraction = step.activations.zeroFraction.map { _ in 0.9 }
      if index >= 50 { step.activations.deadUnits[3] = 40 }
    }
    let finding = try #require(judge.findings.first)
    #expect(judge.findings.count == 1)
    #expect(finding.layer == "act1")
    #expect(finding.firstStep == 50)
    #expect(finding.value == 40.0 / 64)
    #expect(finding.limit == 0.5)
    #expect(finding.severity == .error)
    #expect(finding.message.hasPrefix("40 of the 64 units of act1 are dead"))
  }

  @Test func halfOfThemMayBeDead() {
    let judge = SyntheticRun().judge(DeadUnits.self) { _, step in
      step.activations.deadUnits = step.activations.deadUnits.map { _ in 32 }
    }
    #expect(judge.findings.isEmpty)
  }

  @Test func onlyWhatRectifiesCanDie() {
    let judge = SyntheticRun(kind: "GELU").judge(DeadUnits.self) { _, step in
      step.activations.deadUnits = step.activations.deadUnits.map { _ in 64 }
    }
    #expect(judge.findings.isEmpty)
  }

  @Test(arguments: ["Sigmoid", "Tanh"])
  func saturatedUnits(kind: String) {
    let judge = SyntheticRun(kind: kind).judge(SaturatedUnits.self) { index, step in
      if index >= 20 { step.activations.saturatedUnits[1] = 33 }
    }
    #expect(judge.findings.map(\.layer) == ["act0"])
    #expect(judge.findings.map(\.firstStep) == [20])
    #expect(judge.findings.map(\.value) == [33.0 / 64])
  }

  @Test func saturationMustLast() {
    let judge = SyntheticRun(kind: "Tanh").judge(SaturatedUnits.self) { index, step in
      if (20..<25).contains(index) { step.activations.saturatedUnits[1] = 64 }
    }
    #expect(judge.findings.isEmpty)
  }

  @Test func inALayerThatLearnsItIsANote() {
    let judge = SyntheticRun(kind: "Tanh").judge(
      SaturatedUnits.self, loss: .falling
    ) { _, step in step.activations.saturatedUnits[1] = 64 }
    #expect(judge.findings.map(\.severity) == [.note])
  }
}
