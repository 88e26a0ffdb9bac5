import Autodiff
import Testing

/// Normalizations against differences, and running statistics.
@Suite struct NormalizationTests {
  @Test(arguments: [[4, 3], [3, 2, 5], [2, 1], [5, 9]] as [Shape])
  func gradientsOfBatchNorm1d(_ shape: Shape) throws {
    try expectBatchNormGradientsMatch(shape) { BatchNorm1d($0) }
  }

  @Test(arguments: [[2, 3, 2, 3], [1, 2, 4, 4], [3, 9, 1, 1]] as [Shape])
  func gradientsOfBatchNorm2d(_ shape: Shape) throws {
    try expectBatchNormGradientsMatch(shape) { BatchNorm2d($0) }
  }

  private func expectBatchNormGradientsMatch(
    _ shape: Shape, _ make: (BatchNormOptions) -> any Primitive
  ) throws {
    let channels = Shape([shape.sizes[1]])
    let affine: [Operand] = [.trained(channels), .trained(channels)]
    let buffers: [Operand] = [.tracked(channels), .tracked(channels), .tracked([])]
    // A soft ε, so that the fourth differences stay small with two values in a channel.
    for (options, operands) in [
      (BatchNormOptions(epsilon: 0.1), affine + buffers),
      (BatchNormOptions(epsilon: 0.1, tracksStatistics: false), affine),
      (BatchNormOptions(epsilon: 0.1, isAffine: false), buffers),
    ] {
      try expectGradientsMatch(
        make(options), of: [.trained(shape)] + operands, step: 0x1p-6, tolerance: 1e-3)
    }
  }

  @Test(
    arguments: [([2, 4, 3], 2), ([3, 6], 3), ([2, 3, 2, 5], 1), ([1, 4, 1, 3], 4)]
      as [(Shape, Int)])
  func gradientsOfGroupNorm(_ shape: Shape, _ groups: Int) throws {
    let channels = Shape([shape.sizes[1]])
    let primitive = GroupNorm(groups: groups, epsilon: 0.1)
    try expectGradientsMatch(
      primitive, of: [.trained(shape), .trained(channels), .trained(channels)], step: 0x1p-6,
      tolerance: 1e-3)
    try expectGradientsMatch(
      primitive, of: [.trained(shape)], step: 0x1p-6, tolerance: 1e-3)
    try expectGradientsMatch(
      primitive, of: [.fixed(shape), .trained(channels), .trained(channels)])
  }

  @Test(arguments: [[3, 8], [1, 5], [2, 3, 4], [5, 33], [4, 1], [0, 4]] as [Shape])
  func gradientsOfRMSNorm(_ shape: Shape) throws {
    let width = Shape([shape.width])
    let primitive = RMSNorm(normalized: width, epsilon: 0.1)
    try expectGradientsMatch(
      primitive, of: [.trained(shape), .trained(width)], step: 0x1p-6, tolerance: 5e-4)
    try expectGradientsMatch(
      primitive, of: [.trained(shape)], step: 0x1p-6, tolerance: 5e-4)
    try expectGradientsMatch(primitive, of: [.fixed(shape), .trained(width)])
  }

  @Test func gradientsOfRMSNormOverTwoDimensions() throws {
    try expectGradientsMatch(
      RMSNorm(normalized: [3, 4]), of: [.trained([5, 3, 4]), .trained([3, 4])],
      step: 0x1p-6, tolerance: 5e-4)
  }

  @Test func batchNormRefusesOneValueForEachChannel() {
    #expect(
      throws: ShapeError(
        "BatchNorm1d",
        "an input of shape [1, 3] has one value for each channel: its variance is 0; a batch of "
          + "one cannot be normalized")
    ) { try BatchNorm1d().resultShape(of: [[1, 3], [3], [3]]) }
    #expect(
      throws: ShapeError(
        "BatchNorm2d", "an input of shape [2, 3] is not [N, C, height, width]")
    ) { try BatchNorm2d().resultShape(of: [[2, 3]]) }
  }

  @Test func groupNormNamesGroupsThatDoNotFit() {
    #expect(
      throws: ShapeError(
        "GroupNorm", "the 6 channels of shape [2, 6, 5] do not make 4 equal groups")
    ) { try GroupNorm(groups: 4).resultShape(of: [[2, 6, 5]]) }
  }

  @Test func onlyTrackedStatisticsAreSideEffects() {
    #expect(BatchNorm2d().hasSideEffects)
    #expect(!BatchNorm2d(BatchNormOptions(tracksStatistics: false)).hasSideEffects)
    #expect(!GroupNorm(groups: 1).hasSideEffects)
  }
}

/// Running statistics: when they move, how far, and who reads them.
@Suite struct RunningStatisticsTests {
  private let x: [Float] = [1, 2, 3, 4, 5, 9]

  private func probe(momentum: Float?) throws -> GradientProbe {
    let probe = try GradientProbe(
      BatchNorm1d(BatchNormOptions(momentum: momentum, isAffine: false)),
      of: [.trained([3, 2]), .tracked([2]), .tracked([2]), .tracked([])])
    _ = probe.executor.elements(of: probe.trained[0]).update(from: x)
    return probe
  }

  private func buffers(_ probe: GradientProbe) -> [Float] {
    probe.executor.plan.network.buffers.flatMap { Array(probe.executor.elements(of: $0.value)) }
  }

  /// Means 3 and 5, unbiased variances 4 and 13; all start at 1.
  @Test func moveByTheMomentumInEachStep() throws {
    let probe = try probe(momentum: 0.25)
    _ = probe.gradients()
    #expect(distance(buffers(probe), [1.5, 2, 1.75, 4, 2]) < 1e-5)
    _ = probe.gradients()
    #expect(distance(buffers(probe), [1.875, 2.75, 2.3125, 6.25, 3]) < 1e-5)
  }

  /// With n batches so far each counts 1/n; the probe's count starts at 1.
  @Test func areThePlainMeanWithoutMomentum() throws {
    let probe = try probe(momentum: nil)
    _ = probe.gradients()
    #expect(distance(buffers(probe), [2, 3, 2.5, 7, 2]) < 1e-5)
  }

  @Test func standStillInRehearsalAndEvaluation() throws {
    let probe = try probe(momentum: 0.25)
    let before = buffers(probe)
    _ = probe.forward()
    _ = probe.executor.evaluate(samples: 1, of: 1) { _ in }
    _ = probe.executor.calibrate { _, _ in }
    #expect(buffers(probe) == before)
  }

  @Test func areWhatEvaluationUses() throws {
    let probe = try probe(momentum: 0.25)
    _ = probe.gradients()
    let training = probe.forward()
    let evaluation = probe.forward(for: .evaluation)
    let expected = zip(x, 0...).map { x, index -> Float in
      let (mean, variance): (Float, Float) = index % 2 == 0 ? (1.5, 1.75) : (2, 4)
      return (x - mean) / (variance + 1e-5).squareRoot()
    }
    #expect(distance(evaluation, expected) < 1e-5)
    #expect(distance(training, expected) > 0.1)
  }
}
