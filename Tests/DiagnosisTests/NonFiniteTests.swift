import Diagnosis
import Testing
import TraceFormat
import TraceSession

@Suite struct NonFiniteTests {
  private let graph = GraphIndex(TinyNetwork.graph())

  private func finding(_ change: (inout Step) -> Void) throws -> Finding {
    var rule = NonFinite()
    var step = TinyNetwork.step(7)
    change(&step)
    let findings = rule.examine(step, of: graph)
    #expect(findings.count == 1)
    return try #require(findings.first)
  }

  @Test func anOutputComesBeforeAllThatFollowsFromIt() throws {
    let finding = try finding { step in
      step.loss = .nan
      step.activations.node = [2, 1, 0]
      step.activations.nonFinite = [64, 3, 0]
      step.parameters.nonFinite = [9, 9]
    }
    #expect(
      finding
        == Finding(
          rule: .nonFinite, severity: .error, layer: "relu.1", firstStep: 7, lastStep: 7, value: 3,
          limit: 0,
          message: """
            the output of relu.1 has 3 NaN or Inf values in step 7, and nothing measured in the \
            step comes before it: from here the update spreads it to all weights. Look at its \
            inputs for a log or root of 0, a division by 0 or an exp of large values; lower the \
            learning rate, clip gradients.
            """))
  }

  @Test func aMeanThatIsNotFiniteIsEnough() throws {
    let finding = try finding { step in
      step.activations.nonFinite = []
      step.activations.mean = [0, .infinity, 0]
    }
    #expect(finding.layer == "relu.1")
    #expect(finding.value == nil)
    #expect(finding.message.hasPrefix("the output of relu.1 has NaN or Inf values in step 7,"))
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity])
  func theLoss(loss: Double) throws {
    let finding = try finding { $0.loss = loss }
    #expect(finding.layer == "loss")
    #expect(finding.value?.isFinite == false)
    #expect(finding.message.hasPrefix("the loss is \(loss) in step 7,"))
  }

  @Test func theGradientNearestToTheLoss() throws {
    let finding = try finding { $0.activations.gradRMS = [.nan, .infinity, 1] }
    #expect(finding.layer == "relu.1")
    #expect(finding.value == .infinity)
    #expect(finding.message.hasPrefix("the gradient of the output of relu.1 is not finite"))
  }

  @Test func aGradientOfAParameter() throws {
    let finding = try finding { $0.parameters.nonFinite = [1, 0] }
    #expect(finding.parameter == "fc1.weight")
    #expect(finding.layer == "fc1")
    #expect(finding.message.hasPrefix("fc1.weight or its gradient has 1 NaN or Inf value in step"))
  }

  @Test func aNormOfAParameterThatIsNotFinite() throws {
    #expect(try finding { $0.parameters.gradNorm = [1, .nan] }.parameter == "head.weight")
    #expect(try finding { $0.parameters.weightNorm = [.nan, 1] }.parameter == "fc1.weight")
  }

  @Test func aGradientThatIsNotThereIsNotNaN() {
    var rule = NonFinite()
    var step = TinyNetwork.step(1)
    step.activations.hasGradient = [false, true, true]
    step.activations.gradRMS = [.nan, 1, 1]
    step.parameters.hasGradient = [false, true]
    step.parameters.gradNorm = [.nan, 1]
    #expect(rule.examine(step, of: graph).isEmpty)
  }

  @Test func itsFirstPlaceStaysUntilAStepIsFinite() {
    var rule = NonFinite()
    var broken = TinyNetwork.step(1)
    broken.loss = .nan
    #expect(rule.examine(broken, of: graph).map(\.layer) == ["loss"])
    broken.index = 2
    broken.activations.nonFinite = [1, 1, 1]
    let second = rule.examine(broken, of: graph)
    #expect(second.map(\.layer) == ["loss"])
    #expect(second.map(\.firstStep) == [1])
    #expect(second.map(\.lastStep) == [2])
    #expect(rule.examine(TinyNetwork.step(3), of: graph).isEmpty)
    broken.index = 4
    #expect(rule.examine(broken, of: graph).map(\.layer) == ["fc1"])
  }
}
