import Autodiff
import Testing

/// Sequences large enough for several threads come to what one thread makes of them.
@Suite struct ThreadedSequenceTests {
  private func gradients(_ primitive: any Primitive, _ shapes: [Shape], threads: Int) throws
    -> [[Float]]
  {
    try GradientProbe(
      primitive, of: shapes.map { .trained($0, in: -0.3...0.3) }, threads: threads
    ).gradients()
  }

  private func expectSame(_ primitive: any Primitive, _ shapes: [Shape]) throws {
    let one = try gradients(primitive, shapes, threads: 1)
    for threads in [2, 3] {
      let several = try gradients(primitive, shapes, threads: threads)
      for (a, b) in zip(one, several) {
        #expect(distance(a, b) <= 1e-4 * max(1, a.map(abs).max() ?? 0))
      }
    }
  }

  @Test func recurrentLayers() throws {
    let x: Shape = [7, 40, 12]
    try expectSame(RNN(), [x, [96, 12], [96, 96], [96], [96]])
    try expectSame(
      LSTM(unrolling: Unrolling(truncation: 7)), [x, [256, 12], [256, 64], [256], [256]])
    try expectSame(GRU(), [x, [192, 12], [192, 64], [192], [192]])
  }

  @Test func attention() throws {
    for isCausal in [true, false] {
      try expectSame(
        ScaledDotProductAttention(heads: 3, isCausal: isCausal), [[5, 70, 3 * 96]])
    }
  }
}
