import Autodiff
import Testing

/// What primitives refuse, and what they say.
@Suite struct ShapeTests {
  private func refusal(_ primitive: any Primitive, _ operands: Shape...) -> String? {
    do throws(ShapeError) {
      _ = try primitive.resultShape(of: operands)
      return nil
    } catch { return "\(error.primitive): \(error.reason)" }
  }

  @Test func linearNamesBothShapes() {
    #expect(
      refusal(Linear(), [64, 32], [10, 33], [10])
        == "Linear: an input of shape [64, 32] does not fit a weight of shape [10, 33] [out, in]")
  }

  @Test(
    arguments: [
      ([], true), ([0, 1 << 30], true), ([0, 1 << 40], false), ([1 << 16, 1 << 15 - 1], true),
      ([1 << 16, 1 << 15], false), ([1 << 40, 1 << 40], false),
    ] as [(Shape, Bool)])
  func countsOnlyWhatFitsIn32Bits(_ shape: Shape, _ isCountable: Bool) {
    #expect(shape.isCountable == isCountable)
  }

  @Test func networksRefuseWhatCannotBeCounted() throws {
    var network = Network()
    let row = network.addParameter("row", layer: "l", shape: [1, 1 << 30])
    let column = network.addParameter("column", layer: "l", shape: [1 << 30, 1])
    #expect(
      throws: ShapeError(
        "Add",
        "a result of shape [1073741824, 1073741824] is too large: 2147483647 elements at most")
    ) {
      try network.apply(Add(), to: [row, column], name: "sum", layer: "l")
    }
  }

  @Test func networksRefuseOperationsThatCannotBeCounted() throws {
    var network = Network()
    let image = network.addParameter("x", layer: "l", shape: [1, 1, 40_000, 40_000])
    let weight = network.addParameter("w", layer: "l", shape: [1, 1, 40_000, 40_000])
    let geometry = ConvolutionGeometry(
      strides: [1, 1], padding: [20_000, 20_000], dilations: [1, 1])
    #expect(
      throws: ShapeError(
        "Conv2d",
        "a result of shape [1, 1, 40001, 40001] takes too many operations: 1125899906842624 at "
          + "most for the whole model")
    ) {
      try network.apply(Conv2d(geometry), to: [image, weight], name: "y", layer: "l")
    }
  }

  @Test func arithmeticNamesBothShapes() {
    #expect(refusal(Add(), [3, 4], [3, 5]) == "Add: shapes [3, 4] and [3, 5] cannot be broadcast")
    #expect(refusal(Mul(), [3, 4], [3]) == "Mul: shapes [3, 4] and [3] cannot be broadcast")
  }

  @Test func lossesNameBothShapes() {
    #expect(
      refusal(MSELoss(), [8, 1], [8])
        == "MSELoss: an output of shape [8, 1] does not fit targets of shape [8]")
    #expect(
      refusal(CrossEntropyLoss(), [8, 10], [8, 10])
        == "CrossEntropyLoss: logits of shape [8, 10] do not fit classes of shape [8, 10]")
  }

  @Test func layerNormNamesBothShapes() {
    #expect(
      refusal(LayerNorm(normalized: [5]), [3, 4], [5], [5])
        == "LayerNorm: an input of shape [3, 4] does not end in the normalized shape [5]")
  }

  @Test func reductionsNameTheDimension() {
    #expect(
      refusal(Sum(dimensions: [2]), [3, 4])
        == "Sum: dimension 2 does not exist in an input of shape [3, 4]")
    #expect(
      refusal(Mean(dimensions: [-3]), [3, 4])
        == "Mean: dimension -3 does not exist in an input of shape [3, 4]")
    #expect(
      refusal(Sum(dimensions: [1, -1]), [3, 4])
        == "Sum: dimensions [1, -1] of an input of shape [3, 4] name one twice")
  }

  @Test(
    arguments: [
      ([3, 4], [4], [3, 4]), ([], [2], [2]), ([3, 1], [1, 5], [3, 5]), ([0, 1], [1, 4], [0, 4]),
      ([2, 1, 4], [3, 1], [2, 3, 4]),
    ] as [(Shape, Shape, Shape)])
  func broadcastsAsNumPyDoes(_ a: Shape, _ b: Shape, _ result: Shape) {
    #expect(a.broadcast(with: b) == result)
    #expect(b.broadcast(with: a) == result)
  }

  @Test(arguments: [([2, 3], [3, 2]), ([2], [3]), ([0], [2])] as [(Shape, Shape)])
  func refusesToBroadcast(_ a: Shape, _ b: Shape) {
    #expect(a.broadcast(with: b) == nil)
  }

  /// A multiplication with an addition is two operations; the seed's N, 2N, 3N.
  @Test func linearCostsTwiceAsMuchBackward() {
    let shapes: [Shape] = [[64, 32], [10, 32], [10]]
    let cost = Linear().cost(of: shapes, result: [64, 10], wanted: [true, true, true])
    #expect(cost.forward == 2 * 64 * 32 * 10 + 64 * 10)
    #expect(cost.backward == 2 * (2 * 64 * 32 * 10) + 64 * 10)
    let weightsOnly = Linear().cost(of: shapes, result: [64, 10], wanted: [false, true, true])
    #expect(weightsOnly.backward == 2 * 64 * 32 * 10 + 64 * 10)
  }

  /// Only what a wanted gradient reads is kept.
  @Test func keepsOnlyWhatIsNeeded() {
    let shapes: [Shape] = [[64, 32], [10, 32], [10]]
    func kept(_ wanted: [Bool]) -> [Int] {
      Linear().saved(of: shapes, result: [64, 10], wanted: wanted).operands.sorted()
    }
    #expect(kept([true, true, true]) == [0, 1])
    #expect(kept([true, false, false]) == [1])
    #expect(kept([false, true, true]) == [0])
    #expect(kept([false, false, true]) == [])
    #expect(Add().saved(of: [[2], [2]], result: [2], wanted: [true, true]) == .nothing)
    #expect(Tanh().saved(of: [[2]], result: [2], wanted: [true]) == Saved(result: true))
  }
}
