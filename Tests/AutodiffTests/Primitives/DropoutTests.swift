import Testing

@testable import Autodiff

/// What is dropped, when it is the same, and when it is not.
@Suite struct DropoutTests {
  /// A parameter of ones through a dropout; the loss is the sum.
  private func executor(
    _ p: Double, count: Int = 1000, seed: UInt64 = 1, stream: UInt32 = 1, threads: Int = 1,
    accumulate: Int = 1
  ) throws -> (Executor, ValueID) {
    var network = Network()
    let x = network.addParameter("x", layer: "x", shape: [count])
    let y = try network.apply(
      Dropout(probability: p, stream: stream), to: [x], name: "y", layer: "y")
    let loss = try network.apply(Sum(), to: [y], name: "loss", layer: "loss")
    var options = PlanOptions()
    options.seed = seed
    options.threads = threads
    options.accumulate = accumulate
    let executor = try Executor(
      Plan(network, loss: loss, updateRule: SGD(), options: options))
    executor.elements(of: x).update(repeating: 1)
    return (executor, x)
  }

  /// ∂L/∂x: the mask over 1 - p.
  private func mask(_ p: Double, step: Int = 0, seed: UInt64 = 1, stream: UInt32 = 1) throws
    -> [Float]
  {
    let (executor, _) = try executor(p, seed: seed, stream: stream)
    _ = executor.step(step, learningRate: 0) { _, _ in }
    return Array(try #require(executor.gradient(of: ParameterID(index: 0))))
  }

  @Test(arguments: [[7], [3, 5], [2, 3, 4, 5], [0, 3]] as [Shape])
  func gradientsMatchFiniteDifferences(_ shape: Shape) throws {
    for p in [0, 0.3, 0.5, 1] {
      try expectGradientsMatch(Dropout(probability: p, stream: 3), of: [.trained(shape)])
    }
  }

  @Test func theSameSeedAndStepDropTheSame() throws {
    #expect(try mask(0.5, step: 3) == mask(0.5, step: 3))
  }

  @Test func anotherStepSeedOrLayerDropsOthers() throws {
    let first = try mask(0.5)
    for other in [try mask(0.5, step: 1), try mask(0.5, seed: 2), try mask(0.5, stream: 2)] {
      let same = zip(first, other).count { $0 == $1 }
      #expect((400...600).contains(same))
    }
  }

  @Test func microBatchesDropDifferently() throws {
    let (executor, _) = try executor(0.5, accumulate: 2)
    _ = executor.step(0, learningRate: 0) { _, _ in }
    // The mean of two masks: 0, 1 or 2, half of the elements in the middle.
    let sums = Array(try #require(executor.gradient(of: ParameterID(index: 0))))
    #expect(Set(sums) == [0, 1, 2])
    #expect((400...600).contains(sums.count { $0 == 1 }))
  }

  @Test(arguments: [0.1, 0.5, 0.9])
  func dropsWithItsProbabilityAndKeepsTheMean(_ p: Double) throws {
    let (executor, _) = try executor(p, count: 100_000)
    let loss = executor.step(0, learningRate: 0) { _, _ in }.loss
    let mask = Array(try #require(executor.gradient(of: ParameterID(index: 0))))
    let scale = Float(1 / (1 - p))
    #expect(mask.allSatisfy { $0 == 0 || $0 == scale })
    // Five standard deviations of a binomial variable.
    let dropped = Double(mask.count { $0 == 0 }) / 1e5
    let deviation = (p * (1 - p) / 1e5).squareRoot()
    #expect(abs(dropped - p) < 5 * deviation)
    #expect(abs(loss / 1e5 - 1) < 5 * deviation / (1 - p))
  }

  @Test func threadsDropTheSame() throws {
    let count = 250_000
    let (one, _) = try executor(0.5, count: count)
    let (two, _) = try executor(0.5, count: count, threads: 2)
    for executor in [one, two] { _ = executor.step(0, learningRate: 0) { _, _ in } }
    let parameter = ParameterID(index: 0)
    let (a, b) = (
      try #require(one.gradient(of: parameter)), try #require(two.gradient(of: parameter))
    )
    #expect(a.elementsEqual(b))
  }

  @Test func evaluationDropsNothing() throws {
    let (executor, _) = try executor(0.5)
    #expect(executor.evaluate(samples: 1, of: 1) { _ in }.loss == 1000)
  }

  @Test func keepsNothingForBackward() throws {
    let (executor, _) = try executor(0.5)
    #expect(executor.plan.savedTensors.isEmpty)
  }

  @Test func isRandomUnlessNothingOrAllIsDropped() {
    func isRandom(_ p: Double) -> Bool { Dropout(probability: p, stream: 0).isRandom }
    #expect(isRandom(0.5) && !isRandom(0) && !isRandom(1))
  }

  /// Eight blocks side by side are what Philox gives one by one.
  @Test func lanesArePhilox() {
    let situation = StepSituation(seed: 0x1234_5678_9ABC_DEF0, step: 7, micro: 3)
    let words = DropoutWords(situation, stream: 11)
    for group in [0, 5] {
      for lane in 0..<8 {
        let expected = Philox.words(
          SIMD4(UInt32(8 * group + lane), 7, 3, 11), key: SIMD2(0x9ABC_DEF0, 0x1234_5678))
        #expect((0..<4).map { words[group][$0][lane] } == (0..<4).map { expected[$0] })
      }
    }
  }
}
