import Testing

@testable import Autodiff

/// Pooling against differences and by hand.
@Suite struct PoolingTests {
  static let geometries = [
    PoolingGeometry(kernel: [2, 2]),
    PoolingGeometry(kernel: [3, 2], strides: [2, 1], padding: [1, 1]),
    PoolingGeometry(kernel: [2, 3], strides: [3, 2], padding: [0, 1], ceil: true),
    PoolingGeometry(kernel: [3, 3], strides: [3, 3], ceil: true),
    PoolingGeometry(kernel: [1, 1]),
  ]

  @Test(
    arguments: geometries, [[2, 3, 5, 6], [1, 1, 3, 3], [4, 7, 4], [0, 2, 3, 3]] as [Shape])
  func gradientsMatchFiniteDifferences(_ geometry: PoolingGeometry, _ shape: Shape) throws {
    // Elements so far apart that none becomes the largest on the way.
    try expectGradientsMatch(MaxPool2d(geometry), of: [.spread(shape)])
    for countsPadding in [true, false] {
      try expectGradientsMatch(
        AvgPool2d(geometry, countsPadding: countsPadding), of: [.trained(shape)])
    }
    try expectGradientsMatch(AvgPool2d(geometry, divisor: 3), of: [.trained(shape)])
  }

  @Test(arguments: [[1, 1], [2, 3], [nil, 1], [7, nil], [3, 8]] as [[Int?]])
  func gradientsOfAdaptiveMeans(_ sizes: [Int?]) throws {
    try expectGradientsMatch(AdaptiveAvgPool2d(sizes: sizes), of: [.trained([2, 3, 5, 6])])
  }

  @Test func dilatedWindowsSkipElements() throws {
    let geometry = PoolingGeometry(kernel: [2, 2], strides: [1, 1], dilations: [2, 2])
    try expectGradientsMatch(MaxPool2d(geometry), of: [.spread([2, 1, 4, 5])])
    let windows = try #require(geometry.windows(over: [1, 1, 4, 5]))
    #expect(windows.rows.starts == [0, 1] && windows.rows.ends == [3, 4])
    #expect(windows.columns.count == 3 && windows.covered == 4 * 6)
  }

  /// What `torch.nn.functional.max_pool2d` gives for the same sizes.
  @Test(
    arguments: [
      (5, 2, 2, 0, 1, false, 2), (5, 2, 2, 0, 1, true, 3), (6, 3, 2, 1, 1, false, 3),
      (6, 3, 2, 1, 1, true, 4), (4, 3, 3, 0, 1, true, 2), (5, 2, 3, 1, 1, true, 2),
      (7, 3, 1, 1, 2, false, 5), (2, 3, 2, 0, 1, true, 1), (6, 2, 2, 1, 1, true, 4),
    ] as [(Int, Int, Int, Int, Int, Bool, Int)])
  func countsWindowsAsPyTorchDoes(
    input: Int, kernel: Int, stride: Int, padding: Int, dilation: Int, ceil: Bool, count: Int
  ) {
    let axis = PoolingAxis(
      input: input, kernel: kernel, stride: stride, padding: padding, dilation: dilation,
      ceil: ceil)
    #expect(axis?.count == count)
  }

  @Test func noWindowFitsIntoASmallerInput() {
    #expect(
      PoolingAxis(input: 2, kernel: 3, stride: 1, padding: 0, dilation: 1, ceil: false) == nil)
    #expect(throws: ShapeError.self) {
      try MaxPool2d(PoolingGeometry(kernel: [3, 3])).resultShape(of: [[1, 1, 2, 5]])
    }
  }

  /// ⌊i·in/out⌋ up to ⌈(i+1)·in/out⌉.
  @Test func adaptiveWindowsOverlapWhereTheyMust() {
    let axis = PoolingAxis(input: 5, output: 3)
    #expect(axis.starts == [0, 1, 3])
    #expect(axis.ends == [2, 4, 5])
  }

  @Test func theFirstOfEqualOnesGetsTheGradientAndNaNWins() throws {
    let geometry = PoolingGeometry(kernel: [1, 4])
    let probe = try GradientProbe(
      MaxPool2d(geometry), of: [.trained([1, 1, 2, 4], in: 3...3)])
    let elements = probe.executor.elements(of: probe.trained[0])
    elements[5] = .nan
    #expect(probe.forward()[0] == 3)
    #expect(probe.forward()[1].isNaN)
    let gradient = probe.gradients()[0]
    #expect(gradient.map { $0 == 0 } == [false, true, true, true, true, false, true, true])
  }

  @Test func maxKeepsPlacesNotInputs() {
    let saved = MaxPool2d(PoolingGeometry(kernel: [2, 2])).saved(
      of: [[2, 3, 4, 4]], result: [2, 3, 2, 2], wanted: [true])
    #expect(saved == Saved(extras: [[2, 3, 2, 2]]))
  }

  @Test func aDivisorIsMadeWhereItIsNeededHoweverManyWindowsThereAre() {
    let pool = AdaptiveAvgPool2d(sizes: [65_536, 32_767])
    let divisors = pool.divisors(pool.knownWindows(over: [1, 1, 98_304, 65_534]))
    #expect(divisors.rows.count == 65_536 && divisors.columns.count == 32_767)
    #expect(divisors.rows.allSatisfy { $0 == 2 } && divisors.columns.allSatisfy { $0 == 2 })
  }
}
