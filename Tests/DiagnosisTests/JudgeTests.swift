import Diagnosis
import Testing
import TraceFormat

@Suite struct JudgeTests {
  private func judge(_ items: [TraceItem]) -> Judge {
    var judge = Judge()
    for item in items { judge.examine(item) }
    return judge
  }

  private var names: [TraceItem] { [.run(TinyNetwork.run()), .graph(TinyNetwork.graph())] }

  private func item(_ step: Step) -> TraceItem { .step(step, in: TinyNetwork.location) }

  @Test func findsNothingInAHealthyTrace() {
    #expect(judge(names + (0..<40).map { item(TinyNetwork.step($0)) }).findings.isEmpty)
  }

  @Test func findsNothingInStepsWithoutColumns() {
    var step = Step()
    step.loss = 1
    #expect(judge([item(step)]).findings.isEmpty)
  }

  @Test func tellsOfAFindingOnceAndKeepsItsLastStep() {
    var judge = judge(names)
    var step = TinyNetwork.step(2)
    step.parameters.hasGradient = [false, false, true]
    step.parameters.parameter.append(2)
    step.parameters.gradNorm = []
    step.parameters.weightNorm = []
    step.parameters.nonFinite = []
    let opened = judge.examine(item(step))
    #expect(opened.map(\.kind) == [.opened, .opened])
    #expect(opened.map(\.finding.parameter) == ["fc1.weight", "head.weight"])
    step.index = 3
    let goingOn = judge.examine(item(step))
    #expect(goingOn.isEmpty)
    #expect(judge.findings.map(\.firstStep) == [2, 2])
    #expect(judge.findings.map(\.lastStep) == [3, 3])
  }

  @Test func whatComesAgainAtTheSamePlaceIsTheSameFinding() {
    var broken = TinyNetwork.step(5)
    broken.loss = .nan
    var again = broken
    again.index = 9
    let judge = judge([item(broken), item(TinyNetwork.step(6)), item(again)])
    #expect(judge.findings.count == 1)
    #expect(judge.findings.first?.firstStep == 5)
    #expect(judge.findings.first?.lastStep == 9)
  }

  @Test func findsByLayer() {
    var step = TinyNetwork.step(0)
    step.parameters.hasGradient = [true, false]
    let judge = judge(names + [item(step)])
    #expect(judge.findings(ofLayer: "head").map(\.rule) == [.missingGradient])
    #expect(judge.findings(ofLayer: "fc1").isEmpty)
  }

  @Test func anotherRunStartsOver() {
    var broken = TinyNetwork.step(0)
    broken.loss = .nan
    let judge = judge(names + [item(broken), .run(TinyNetwork.run(id: "r2"))])
    #expect(judge.findings.isEmpty)
  }

  @Test func aRunThatIsRepeatedDoesNot() {
    var broken = TinyNetwork.step(0)
    broken.loss = .nan
    #expect(judge(names + [item(broken)] + names).findings.count == 1)
  }

  @Test func knowsOnlyTheRulesItIsGiven() {
    var judge = Judge(RuleSet([MissingGradient.self]))
    var broken = TinyNetwork.step(0)
    broken.loss = .nan
    let changes = judge.examine(item(broken))
    #expect(changes.isEmpty)
  }

  @Test func aFindingGetsLessBadWhenTheRunLearnsAllTheSame() {
    let run = SyntheticRun()
    let late = run.judge(VanishingGradient.self, steps: 300) { index, step in
      run.shrink(&step, by: 0.3)
      step.loss = index < 100 ? 1 : 1 / Double(index - 98)
    }
    #expect(late.findings.map(\.severity) == [.note])
  }

  @Test func whatHappensToAFindingIsTold() {
    var judge = Judge()
    var kinds: [FindingChange.Kind] = []
    for index in 0..<3 {
      var step = TinyNetwork.step(UInt64(index))
      if index == 1 { step.loss = .nan }
      kinds += judge.examine(item(step)).map(\.kind)
    }
    #expect(kinds == [.opened, .closed])
  }

  @Test func optionsAreThoseOfARule() throws {
    var rules = RuleSet()
    try rules.set("decades", of: "vanishing_gradient", to: 2)
    #expect(throws: RuleSet.SettingError.self) { try rules.set("decade", of: "step_size", to: 2) }
    #expect(throws: RuleSet.SettingError.self) { try rules.set("decades", of: "steps", to: 2) }
  }

  @Test func namesOfRulesDiffer() {
    let names = RuleSet(packs: RulePack.allCases).names
    #expect(Set(names).count == names.count)
  }

  @Test func severitiesAreOrdered() {
    #expect(Severity.note < .warning && Severity.warning < .error)
  }
}
