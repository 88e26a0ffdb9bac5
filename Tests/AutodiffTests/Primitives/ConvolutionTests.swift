import Autodiff
import Testing

/// Convolutions against differences, and what they cost, keep and refuse.
@Suite struct ConvolutionTests {
  struct Case: Sendable, CustomStringConvertible {
    var x: Shape
    var weight: Shape
    var strides: [Int]
    var before: [Int]
    var after: [Int]
    var dilations: [Int]
    var groups: Int

    init(
      _ x: Shape, _ weight: Shape, strides: [Int] = [1, 1], padding: [Int] = [0, 0],
      after: [Int]? = nil, dilations: [Int] = [1, 1], groups: Int = 1
    ) {
      self.x = x
      self.weight = weight
      self.strides = strides
      before = padding
      self.after = after ?? padding
      self.dilations = dilations
      self.groups = groups
    }

    var description: String { "\(x) with \(weight)" }

    var primitive: any Primitive {
      let axes = x.rank - 2
      func first(_ numbers: [Int]) -> [Int] { Array(numbers.prefix(axes)) }
      let geometry = ConvolutionGeometry(
        strides: first(strides), before: first(before), after: first(after),
        dilations: first(dilations), groups: groups)
      return axes == 1 ? Conv1d(geometry) : Conv2d(geometry)
    }
  }

  static let cases = [
    Case([2, 3, 7], [4, 3, 3], padding: [1]),
    Case([1, 1, 1], [1, 1, 1]),
    Case([2, 4, 9], [6, 2, 3], strides: [2], padding: [2], dilations: [2], groups: 2),
    Case([2, 3, 8], [2, 3, 4], padding: [1], after: [2]),
    Case([0, 3, 7], [4, 3, 3]),
    Case([2, 3, 5, 6], [4, 3, 3, 3], padding: [1, 1]),
    Case([2, 4, 6, 5], [4, 1, 3, 3], padding: [1, 1], groups: 4),
    Case([1, 8, 5, 5], [8, 8, 3, 3], strides: [2, 2], padding: [1, 1]),
    Case([2, 3, 6, 7], [5, 3, 3, 2], strides: [2, 1], padding: [1, 0], dilations: [1, 2]),
    Case([1, 1, 1, 1], [1, 1, 1, 1]),
    Case([1, 2, 3, 3], [3, 2, 3, 3]),
    Case([2, 4, 4, 4], [6, 2, 2, 2], padding: [0, 0], after: [1, 1], groups: 2),
    Case([3, 9, 4, 1], [10, 9, 1, 1]),
  ]

  @Test(arguments: cases)
  func gradientsMatchFiniteDifferences(_ it: Case) throws {
    let bias = Shape([it.weight.sizes[0]])
    let tensors: [Operand] = [.trained(it.x), .trained(it.weight), .trained(bias)]
    try expectGradientsMatch(it.primitive, of: tensors)
    try expectGradientsMatch(it.primitive, of: Array(tensors.prefix(2)))
    try expectGradientsMatch(it.primitive, of: [.fixed(it.x), tensors[1], tensors[2]])
    try expectGradientsMatch(it.primitive, of: [tensors[0], .fixed(it.weight)])
    try expectGradientsMatch(it.primitive, of: [.fixed(it.x), .fixed(it.weight), tensors[2]])
  }

  /// Two threads are planned for from here on, and work is cut differently.
  @Test func twoThreadsFindWhatOneFinds() throws {
    let it = Case([2, 16, 14, 14], [32, 16, 3, 3], padding: [1, 1])
    let operands: [Operand] = [.trained(it.x), .trained(it.weight), .trained([32])]
    let one = try GradientProbe(it.primitive, of: operands, threads: 1)
    let two = try GradientProbe(it.primitive, of: operands, threads: 2)
    #expect(distance(one.forward(), two.forward()) < 1e-4)
    for (a, b) in zip(one.gradients(), two.gradients()) { #expect(distance(a, b) < 5e-3) }
  }

  @Test func computesByHand() throws {
    // A kernel of ones sums each element's neighbourhood.
    let probe = try GradientProbe(
      Conv2d(ConvolutionGeometry(strides: [1, 1], padding: [1, 1], dilations: [1, 1])),
      of: [.trained([1, 1, 3, 3], in: 1...1), .trained([1, 1, 3, 3], in: 1...1)])
    #expect(probe.forward() == [4, 6, 4, 6, 9, 6, 4, 6, 4])
  }

  @Test func costsTwoOperationsForEachWeightAndOutput() {
    let geometry = ConvolutionGeometry(
      strides: [2, 2], padding: [1, 1], dilations: [1, 1], groups: 2)
    let shapes: [Shape] = [[8, 6, 10, 10], [4, 3, 3, 3], [4]]
    let product = 2 * (8 * 4 * 5 * 5) * (3 * 3 * 3)
    let cost = Conv2d(geometry).cost(
      of: shapes, result: [8, 4, 5, 5], wanted: [true, true, true])
    #expect(cost == Cost(forward: product + 800, backward: 2 * product + 800))
    let first = Conv2d(geometry).cost(
      of: shapes, result: [8, 4, 5, 5], wanted: [false, true, false])
    #expect(first.backward == product)
  }

  @Test func keepsOnlyWhatIsNeeded() {
    let it = Conv1d(ConvolutionGeometry(strides: [1], padding: [0], dilations: [1]))
    func kept(_ wanted: [Bool]) -> [Int] {
      it.saved(of: [[2, 3, 5], [4, 3, 3]], result: [2, 4, 3], wanted: wanted).operands
    }
    #expect(kept([true, true]) == [0, 1])
    #expect(kept([false, true]) == [0])
    #expect(kept([true, false]) == [1])
  }

  @Test func namesTheMismatchedShapes() {
    let it = Conv2d(ConvolutionGeometry(strides: [1, 1], padding: [0, 0], dilations: [1, 1]))
    func reason(_ operands: Shape...) -> String? {
      do throws(ShapeError) {
        _ = try it.resultShape(of: operands)
        return nil
      } catch { return error.reason }
    }
    #expect(
      reason([2, 3, 5], [4, 3, 3, 3])
        == "an input of shape [2, 3, 5] is not [N, C, height, width]")
    #expect(
      reason([2, 4, 5, 5], [4, 3, 3, 3])
        == "an input of shape [2, 4, 5, 5] does not fit a weight of shape [4, 3, 3, 3] in 1 groups"
    )
    #expect(
      reason([2, 3, 2, 5], [4, 3, 3, 3])
        == "a kernel of [3, 3] with dilation [1, 1] does not fit into an input of shape "
        + "[2, 3, 2, 5] with padding [0, 0]")
    #expect(
      reason([2, 3, 5, 5], [4, 3, 3, 3], [3])
        == "a bias of shape [3] does not fit a weight of shape [4, 3, 3, 3]")
  }
}
