import Diagnosis
import Testing
import TraceFormat
import TraceSession

@Suite struct MissingGradientTests {
  private func findings(hasDetach: Bool) -> [Finding] {
    var rule = MissingGradient()
    var step = TinyNetwork.step(4)
    step.parameters.hasGradient = [false, true]
    return rule.examine(step, of: GraphIndex(TinyNetwork.graph(hasDetach: hasDetach)))
  }

  @Test func namesTheDetachThatCutsTheParameterOff() {
    #expect(
      findings(hasDetach: true) == [
        Finding(
          rule: .missingGradient, severity: .error, layer: "fc1", parameter: "fc1.weight",
          firstStep: 4, lastStep: 4,
          message: """
            fc1.weight gets no gradient (its `.grad` stays None) and is never trained: `cut` detaches \
            it from the loss, as `.detach()` and `torch.no_grad()` do. Remove the detach if it is to \
            be trained, or freeze it on purpose (`requires_grad=False`).
            """)
      ])
  }

  @Test func saysThatNothingConnectsTheParameterToTheLoss() {
    #expect(
      findings(hasDetach: false).map(\.message) == [
        """
        fc1.weight gets no gradient (its `.grad` stays None) and is never trained: it is not \
        connected to the loss: no path leads from it there. Use the layer's output in what the loss \
        is computed from, or freeze it on purpose (`requires_grad=False`).
        """
      ])
  }

  @Test func goesOnAsLongAsTheGradientIsMissing() {
    var rule = MissingGradient()
    let graph = GraphIndex(TinyNetwork.graph())
    var step = TinyNetwork.step(1)
    step.parameters.hasGradient = [true, false]
    _ = rule.examine(step, of: graph)
    step.index = 2
    #expect(rule.examine(step, of: graph).map(\.firstStep) == [1])
    #expect(rule.examine(TinyNetwork.step(3), of: graph).isEmpty)
    step.index = 4
    #expect(rule.examine(step, of: graph).map(\.firstStep) == [4])
  }

  @Test func isSilentWhereItWasNotMeasured() {
    var rule = MissingGradient()
    var step = TinyNetwork.step(1)
    step.parameters.hasGradient = []
    #expect(rule.examine(step, of: GraphIndex(TinyNetwork.graph())).isEmpty)
  }
}
