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
    #expect(judge(names + (0..<100).map { item(TinyNetwork.step($0)) }).findings.isEmpty)
  }

  @Test func findsNothingInStepsWithoutColumns() {
    var step = Step()
    step.loss = 1
    #expect(judge([item(step)]).findings.isEmpty)
  }

  @Test func tellsOfAFindingOnceAndKeepsItsLastStep() {
    var judge = judge(names)
    var step = TinyNetwork.step(2)
    step.parameters.hasGradient = [false, false]
    let opened = judge.examine(item(step))
    #expect(opened.map(\.parameter) == ["fc1.weight", "head.weight"])
    step.index = 3
    #expect(judge.examine(item(step)).isEmpty)
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
    var judge = Judge { [MissingGradient()] }
    var broken = TinyNetwork.step(0)
    broken.loss = .nan
    #expect(judge.examine(item(broken)).isEmpty)
  }

  @Test func severitiesAreOrdered() {
    #expect(Severity.note < .warning && Severity.warning < .error)
  }
}
