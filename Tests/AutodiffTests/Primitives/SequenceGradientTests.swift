import Autodiff
import Testing

/// Primitives of sequences over many shapes, against differences.
@Suite struct SequenceGradientTests {
  /// x, W_ih, W_hh and the biases of a recurrent layer.
  private func operands(
    _ x: Shape, hidden: Int, gates: Int, bias: Bool, isInputTrained: Bool = true
  ) -> [Operand] {
    let (width, range) = (gates * hidden, Float(-0.7)...0.7)
    let weights: [Shape] =
      [[width, x.width], [width, hidden]] + (bias ? [[width], [width]] : [])
    return [isInputTrained ? .trained(x, in: range) : .fixed(x)]
      + weights.map { .trained($0, in: range) }
  }

  private func check(
    _ gates: Int, _ x: Shape, _ hidden: Int, _ make: (Unrolling) -> any Primitive
  ) throws {
    for isSequence in [true, false] {
      let primitive = make(Unrolling(returnsSequence: isSequence))
      for bias in [true, false] {
        try expectGradientsMatch(
          primitive, of: operands(x, hidden: hidden, gates: gates, bias: bias), step: 0x1p-5,
          tolerance: 3e-4)
      }
    }
    try expectGradientsMatch(
      make(Unrolling()),
      of: operands(x, hidden: hidden, gates: gates, bias: true, isInputTrained: false),
      step: 0x1p-5, tolerance: 3e-4)
  }

  /// Batches, lengths and widths of 1, of 0, of less and of more than eight lanes.
  static let shapes: [(Shape, Int)] = [
    ([2, 3, 4], 5), ([1, 1, 1], 1), ([3, 1, 2], 3), ([1, 5, 3], 2), ([2, 2, 3], 9),
    ([3, 4, 0], 3), ([0, 2, 3], 2),
  ]

  @Test(arguments: shapes)
  func ofRNN(_ x: Shape, _ hidden: Int) throws {
    try check(1, x, hidden) { RNN(unrolling: $0) }
  }

  @Test(arguments: shapes)
  func ofLSTM(_ x: Shape, _ hidden: Int) throws {
    try check(4, x, hidden) { LSTM(unrolling: $0) }
  }

  @Test(arguments: shapes)
  func ofGRU(_ x: Shape, _ hidden: Int) throws {
    try check(3, x, hidden) { GRU(unrolling: $0) }
  }

  /// With positive inputs and weights no argument comes near the kink at 0.
  @Test func ofRNNWithReLU() throws {
    let positive = Float(0.2)...0.6
    let shapes: [Shape] = [[2, 3, 4], [3, 4], [3, 3], [3], [3]]
    try expectGradientsMatch(
      RNN(nonlinearity: .relu), of: shapes.map { .trained($0, in: positive) }, step: 0x1p-5)
  }

  @Test(
    arguments: [
      ([2, 3], [5, 4]), ([4], [3, 2]), ([1, 1], [1, 1]), ([2, 0], [3, 4]), ([3, 2, 2], [6, 9]),
    ] as [(Shape, Shape)])
  func ofEmbedding(_ x: Shape, _ weight: Shape) throws {
    try expectGradientsMatch(
      Embedding(), of: [.tokens(x, below: weight.sizes[0]), .trained(weight)])
  }

  @Test(
    arguments: [
      ([2, 3, 4], [3, 4]), ([2, 3, 4], [7, 4]), ([1, 1, 1], [2, 1]), ([3, 4], [5, 4]),
      ([0, 2, 3], [2, 3]),
    ] as [(Shape, Shape)])
  func ofPositionalEmbedding(_ x: Shape, _ weight: Shape) throws {
    try expectGradientsMatch(PositionalEmbedding(), of: [.trained(x), .trained(weight)])
    try expectGradientsMatch(PositionalEmbedding(), of: [.fixed(x), .trained(weight)])
    try expectGradientsMatch(PositionalEmbedding(), of: [.trained(x), .fixed(weight)])
  }

  /// The last two have more queries than are worked on at a time.
  @Test(
    arguments: [
      ([2, 3, 12], 2), ([1, 1, 3], 1), ([2, 5, 24], 8), ([1, 11, 27], 3), ([0, 3, 6], 2),
      ([1, 33, 3], 1), ([1, 67, 3], 1),
    ] as [(Shape, Int)])
  func ofAttention(_ x: Shape, _ heads: Int) throws {
    for isCausal in [false, true] {
      try expectGradientsMatch(
        ScaledDotProductAttention(heads: heads, isCausal: isCausal),
        of: [.trained(x, in: -1...1)], step: 0x1p-5, tolerance: 2e-4)
    }
  }
}
