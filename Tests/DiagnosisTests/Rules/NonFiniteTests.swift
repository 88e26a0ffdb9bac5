import Diagnosis
import Testing
import TraceFormat
import TraceSession

@Suite struct NonFiniteTests {
  private var judge: Judge {
    var judge = Judge(RuleSet([NonFinite.self]))
    judge.examine(.graph(TinyNetwork.graph()))
    return judge
  }

  private func finding(
    after healthy: [UInt64] = [], _ change: (inout Step) -> Void
  ) throws -> Finding {
    var judge = judge
    for index in healthy { judge.examine(TinyNetwork.step(index)) }
    var step = TinyNetwork.step(7)
    change(&step)
    judge.examine(step)
    #expect(judge.findings.count == 1)
    return try #require(judge.findings.first)
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
            the output of relu.1 has 3 NaN or Inf values in step 7, and nothing measured in the step \
            comes before it: from here the update spreads it to all weights. On to the loss: relu.1 → \
            head → loss. Look at its inputs for a log or root of 0, a division by 0 or an exp of \
            large values; lower the learning rate, clip gradients.
            """, remedies: [.clipGradients(1), .scaleLearningRate(0.1)]))
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

  @Test func tellsWhatWentInHowGradientsWereAndTheWayToTheLoss() throws {
    let finding = try finding(after: [4, 5, 6]) { step in
      step.activations.nonFinite = [0, 0, 5]
      step.activations.min = [-1, 0, 0]
      step.activations.max = [1.5, 123.4, 0]
    }
    #expect(finding.layer == "head")
    #expect(
      finding.message.contains(
        "It takes relu.1 in 0.0…123. Gradients before: head.weight 1 (step 4), 1 (step 5), "
          + "1 (step 6). On to the loss: head → loss."))
  }

  @Test func aGradientThatIsNotThereIsNotNaN() {
    var judge = judge
    var step = TinyNetwork.step(1)
    step.activations.hasGradient = [false, true, true]
    step.activations.gradRMS = [.nan, 1, 1]
    step.parameters.hasGradient = [false, true]
    step.parameters.gradNorm = [.nan, 1]
    judge.examine(step)
    #expect(judge.findings.isEmpty)
  }

  @Test func itsFirstPlaceStaysUntilAStepIsFinite() {
    var judge = judge
    var broken = TinyNetwork.step(1)
    broken.loss = .nan
    let first = judge.examine(broken)
    #expect(first.map(\.finding.layer) == ["loss"])
    broken.index = 2
    broken.activations.nonFinite = [1, 1, 1]
    let second = judge.examine(broken)
    #expect(second.isEmpty)
    #expect(judge.findings.map(\.firstStep) == [1])
    #expect(judge.findings.map(\.lastStep) == [2])
    let third = judge.examine(TinyNetwork.step(3))
    #expect(third.map(\.kind) == [.closed])
    broken.index = 4
    let fourth = judge.examine(broken)
    #expect(fourth.map(\.finding.layer) == ["fc1"])
  }
}
