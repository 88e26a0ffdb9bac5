import Testing

@testable import Autodiff

@Suite struct PrecisionTests {
  @Test func roundsToTheNearestEven() {
    #expect(Float(1).roundedToBFloat16 == 1)
    // Between neighbours 1 and 1 + 2⁻⁷: below, exactly and above the middle.
    #expect(Float(1 + 0x1p-9).roundedToBFloat16 == 1)
    #expect(Float(1 + 0x1p-8).roundedToBFloat16 == 1)
    #expect(Float(1 + 0x1.8p-8).roundedToBFloat16 == 1 + 0x1p-7)
    #expect(Float(1 + 3 * 0x1p-8).roundedToBFloat16 == 1 + 0x1p-6)
    #expect(Float.infinity.roundedToBFloat16 == .infinity)
    #expect(Float.greatestFiniteMagnitude.roundedToBFloat16 == .infinity)
    #expect(Float.nan.roundedToBFloat16.isNaN)
  }

  /// The loop over eight lanes rounds as the scalar function does, NaN and the odd rest included.
  @Test func theKernelRoundsTheSame() throws {
    let factory = try KernelFactory(threads: 1)
    let tensor = TensorID(index: 0)
    let kernel = factory.round(Autodiff.Operand(tensor: tensor, shape: [19]), into: tensor)
    var stream = RandomStream(seed: 1, name: "rounding")
    var numbers = (0..<19).map { _ in 100 * stream.normal() }
    (numbers[3], numbers[17]) = (.nan, -.infinity)
    var (result, readings) = (numbers, StepReadings())
    var situation = StepSituation(seed: 0)
    try result.withUnsafeMutableBytes { bytes in
      let base = try #require(bytes.baseAddress)
      try withUnsafeMutablePointer(to: &readings) { readings in
        try withUnsafeMutablePointer(to: &situation) { situation in
          try kernel.bind(
            Addresses(
              base: base, offsets: [0], scratch: base, readings: readings,
              situation: situation))()
        }
      }
    }
    for (found, number) in zip(result, numbers) {
      let expected = number.roundedToBFloat16
      #expect(found == expected || (found.isNaN && expected.isNaN))
    }
  }

  /// Every activation and gradient of one has eight binary digits; weights and theirs have all.
  @Test func activationsAreRoundedAndWeightsAreNot() throws {
    func isHalf(_ x: some Sequence<Float>) -> Bool {
      x.allSatisfy { $0 == $0.roundedToBFloat16 }
    }
    let training = try TinyTraining { $0.precision = .bfloat16 }
    training.step(0)
    training.step(1)
    let (executor, network) = (training.executor, training.executor.plan.network)
    for parameter in training.parameters {
      #expect(!isHalf(executor.elements(of: network[parameter].value)))
      let gradient = try #require(executor.gradient(of: parameter))
      #expect(!isHalf(gradient), "\(network[parameter].name): \(gradient.prefix(9).map { $0 })")
    }
    // Evaluation runs forward again, in the same memory.
    _ = executor.evaluate(samples: 6, of: 6) { _ in }
    #expect(isHalf(executor.rowOrder(of: network.nodes[1].result)))
  }
}
