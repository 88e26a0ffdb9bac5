import Diagnosis
import Testing
import TraceFormat

@Suite struct GradientFlowTests {
  private let run = SyntheticRun()

  @Test func aVanishingGradientIsAnErrorWhereNothingIsLearned() throws {
    let judge = run.judge(VanishingGradient.self) { _, step in run.shrink(&step, by: 0.3) }
    #expect(judge.findings.count == 1)
    let finding = try #require(judge.findings.first)
    #expect(finding.rule == .vanishingGradient)
    #expect(finding.severity == .error)
    #expect(finding.firstStep == 0)
    #expect(finding.lastStep == 99)
    #expect(finding.limit == 3)
    #expect(abs(try #require(finding.value) - 5.23) < 0.01)
    // 0.3⁶ is the first that is below a thousandth: six layers from the head.
    #expect(finding.layer == "act4")
    #expect(finding.message.contains("falls by a factor of 1.69e5 over 10 layers (0.3 a layer)"))
    #expect(finding.message.contains("kaiming_normal"))
  }

  @Test func itIsANoteWhereTheLossFallsAllTheSame() {
    let judge = run.judge(VanishingGradient.self, loss: .falling) { _, step in
      run.shrink(&step, by: 0.3)
    }
    #expect(judge.findings.map(\.severity) == [.note])
  }

  @Test func aSmallGainOverManyLayersIsEnough() throws {
    let deep = SyntheticRun(layers: 9)
    let judge = deep.judge(VanishingGradient.self) { _, step in deep.shrink(&step, by: 0.48) }
    let finding = try #require(judge.findings.first)
    #expect(finding.limit == 0.5)
    #expect(abs(try #require(finding.value) - 0.48) < 0.001)
    let shallow = SyntheticRun(layers: 5)
    #expect(
      shallow.judge(VanishingGradient.self) { _, step in shallow.shrink(&step, by: 0.48) }
        .findings.isEmpty)
  }

  @Test func belowWhatFloatCanHoldIsTheBackstop() {
    let judge = SyntheticRun(layers: 2).judge(VanishingGradient.self) { _, step in
      step.activations.gradRMS[0] = 0
    }
    #expect(judge.findings.map(\.rule) == [.vanishingGradient])
  }

  @Test func itMustLastAndEndsWithItsCause() {
    let short = run.judge(VanishingGradient.self) { index, step in
      if (20..<25).contains(index) { run.shrink(&step, by: 0.3) }
    }
    #expect(short.findings.isEmpty)
    let over = run.judge(VanishingGradient.self) { index, step in
      if (20..<60).contains(index) { run.shrink(&step, by: 0.3) }
    }
    #expect(over.findings.map(\.firstStep) == [20])
    #expect(over.findings.map(\.lastStep) == [59])
    #expect(over.findings.map(\.isOpen) == [false])
  }

  @Test func limitsCanBeSet() {
    let judge = run.judge(VanishingGradient.self, set: ["decades": 6, "layers": 20]) { _, step in
      run.shrink(&step, by: 0.3)
    }
    #expect(judge.findings.isEmpty)
  }

  @Test func aWideLayerBeforeANarrowOneIsNoLoss() {
    // The same norm on 64 units is a smaller RMS than on 10.
    let wide = SyntheticRun(width: 6400)
    #expect(wide.judge(VanishingGradient.self).findings.isEmpty)
  }

  @Test func aWayAroundVanishingLayersCounts() {
    var judge = Judge(RuleSet([VanishingGradient.self]))
    var graph = run.graph
    // From the first layer straight to the head.
    graph.nodes[20].inputs.append(0)
    judge.examine(.graph(graph))
    for index in 0..<100 {
      var step = run.step(index, loss: 1)
      let first = step.activations.gradRMS[0]
      run.shrink(&step, by: 0.1)
      step.activations.gradRMS[0] = first
      judge.examine(step)
    }
    #expect(judge.findings.isEmpty)
  }

  @Test func aGradientThatGrowsTowardsTheInputExplodes() throws {
    let judge = run.judge(ExplodingGradient.self) { _, step in run.shrink(&step, by: 2) }
    let finding = try #require(judge.findings.first)
    #expect(judge.findings.count == 1)
    #expect(finding.severity == .error)
    #expect(abs(try #require(finding.value) - 3.01) < 0.01)
    #expect(finding.layer == "act3")
    #expect(finding.remedies.contains(.clipGradients(1)))
  }

  @Test func aNormThatJumpsThreeTimesInARowExplodes() {
    func findings(_ steps: ClosedRange<Int>) -> [Finding] {
      run.judge(ExplodingGradient.self) { index, step in
        step.gradNorm = steps.contains(index) ? 11 : 1
      }.findings
    }
    #expect(findings(50...51).isEmpty)
    #expect(findings(50...52).map(\.firstStep) == [50])
    #expect(findings(50...52).map(\.value) == [11])
  }

  @Test func aNormThatDoublesFiveTimesExplodes() {
    let judge = run.judge(ExplodingGradient.self, set: ["jump": 1000]) { index, step in
      step.gradNorm = (50..<56).contains(index) ? Double(1 << (index - 49)) : 1
    }
    #expect(judge.findings.map(\.firstStep) == [54])
  }
}
