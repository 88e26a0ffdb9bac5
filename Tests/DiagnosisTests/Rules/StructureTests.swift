import Diagnosis
import Testing
import TraceFormat

@Suite struct StructureTests {
  private func missing(hasDetach: Bool) -> [Finding] {
    var judge = Judge(RuleSet([MissingGradient.self]))
    judge.examine(.graph(TinyNetwork.graph(hasDetach: hasDetach)))
    var step = TinyNetwork.step(4)
    step.parameters.hasGradient = [false, true]
    return judge.examine(step).map(\.finding)
  }

  @Test func namesTheDetachThatCutsTheParameterOff() {
    #expect(
      missing(hasDetach: true) == [
        Finding(
          rule: .missingGradient, severity: .error, layer: "fc1", parameter: "fc1.weight",
          firstStep: 4, lastStep: 4,
          message: """
            fc1.weight gets no gradient (its `.grad` stays None) and is never trained: `cut` detaches \
            it from the loss, as `.detach()` and `torch.no_grad()` do. Remove the detach if it is to \
            be trained, or freeze it on purpose (`requires_grad=False`).
            """, remedies: [.remove(layer: "cut")])
      ])
  }

  @Test func saysThatNothingConnectsTheParameterToTheLoss() {
    #expect(
      missing(hasDetach: false).map(\.message) == [
        """
        fc1.weight gets no gradient (its `.grad` stays None) and is never trained: it is not \
        connected to the loss: no path leads from it there. Use the layer's output in what the loss \
        is computed from, or freeze it on purpose (`requires_grad=False`).
        """
      ])
  }

  @Test func aLossThatReachesNoParameterIsABrokenGraph() {
    let judge = SyntheticRun().judge { _, step in
      step.parameters.hasGradient = step.parameters.hasGradient.map { _ in false }
      step.activations.hasGradient = step.activations.hasGradient.map { _ in false }
    }
    let errors = judge.findings.filter { $0.severity == .error }
    #expect(errors.map(\.rule) == [.brokenGraph])
    #expect(errors.first?.layer == "loss")
    #expect(errors.first?.message.contains("`loss.item()`") == true)
  }

  @Test func gradientsThatTheModelFileNeverClears() throws {
    let run = SyntheticRun(modelText: #"{"training": {"steps": 9, "zero_grad" : false}}"#)
    let finding = try #require(run.judge(AccumulatedGradients.self).findings.first)
    #expect(finding.severity == .error)
    #expect(finding.firstStep == 1)
    #expect(finding.message.contains("`optimizer.zero_grad()` is forgotten"))
    #expect(finding.remedies == [.clearGradients])
  }

  @Test func gradientsLargerThanOutputsCanMakeWereNeverCleared() throws {
    // Without a model file. The bound of a bias's gradient is √8 rows times a norm of 0.01.
    func judge(_ factor: Float) -> [Finding] {
      SyntheticRun().judge(AccumulatedGradients.self) { index, step in
        step.parameters.gradNorm = step.parameters.gradNorm.map { $0 * (1 + factor * Float(index)) }
      }.findings
    }
    let finding = try #require(judge(0.2).first)
    #expect(finding.rule == .accumulatedGradients)
    #expect(finding.limit == 1.5)
    // 0.01 (1 + 0.2 s) > 1.5 √8 · 0.01 from step 17 on.
    #expect(finding.firstStep == 17)
    #expect(judge(0).isEmpty)
  }

  @Test func accumulationThatWasAskedForIsNone() {
    let run = SyntheticRun(
      modelText: #"{"training": {"accumulate": 4, "zero_grad": false}}"#)
    #expect(run.judge(AccumulatedGradients.self).findings.isEmpty)
  }

  @Test func signalsThatGrowFromLayerToLayer() throws {
    let run = SyntheticRun()
    let judge = run.judge(Initialization.self) { _, step in
      for layer in 0..<10 { step.activations.std[2 * layer] = Float(layer + 1) }
      step.activations.std[20] = 30
    }
    let finding = try #require(judge.findings.first)
    #expect(judge.findings.count == 1)
    #expect(finding.severity == .error)
    #expect(finding.layer == "head")
    #expect(finding.limit == 10)
    #expect(run.judge(Initialization.self).findings.isEmpty)
  }

  @Test func inputsOfABadScale() throws {
    // ‖W‖ is √64 for 64 outputs: a gain of 1, so that outputs have the inputs' RMS.
    let judge = SyntheticRun().judge(Initialization.self, loss: .falling) { _, step in
      step.activations.std[0] = 255
    }
    let finding = try #require(judge.findings.first)
    #expect(finding.value == 255)
    #expect(finding.limit == 30)
    #expect(finding.severity == .note)
    #expect(finding.remedies == [.scaleInputs(1 / 255)])
  }

  @Test func weightsOfZero() {
    let judge = SyntheticRun().judge(Initialization.self) { index, step in
      if index == 0 { step.parameters.weightNorm[2] = 0 }
    }
    #expect(judge.findings.map(\.layer) == ["fc1"])
  }
}
