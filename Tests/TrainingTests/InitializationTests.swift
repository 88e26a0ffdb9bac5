import Autodiff
import Testing
import Training

/// First values against the formulas of `torch.nn.init`: bounds, mean and standard deviation.
@Suite struct InitializationTests {
  /// What a scheme makes of a weight.
  struct Scheme: Sendable, CustomStringConvertible {
    /// The `init` of the model file; empty: the layer's own.
    var text: String
    var isUniform: Bool
    /// Of a weight with these fans.
    var deviation: @Sendable (_ fanIn: Double, _ fanOut: Double) -> Double
    var mean = 0.0

    var description: String { text.isEmpty ? "a layer's own" : text }
  }

  /// He and others (2015) and Glorot and Bengio (2010), as torch.nn.init has them; a uniform
  /// variable within ±√3 σ has the deviation σ.
  static let schemes = [
    Scheme(text: "", isUniform: true) { fanIn, _ in 1 / (3 * fanIn).squareRoot() },
    Scheme(text: #"{"type": "kaiming_uniform"}"#, isUniform: true) { fanIn, _ in
      (2 / fanIn).squareRoot()
    },
    Scheme(
      text: #"{"type": "kaiming_uniform", "a": 2.0, "mode": "fan_out"}"#, isUniform: true
    ) { _, fanOut in (2 / 5 / fanOut).squareRoot() },
    Scheme(text: #"{"type": "kaiming_normal", "nonlinearity": "relu"}"#, isUniform: false) {
      fanIn, _ in (2 / fanIn).squareRoot()
    },
    Scheme(
      text: #"{"type": "kaiming_normal", "nonlinearity": "tanh", "mode": "fan_out"}"#,
      isUniform: false
    ) { _, fanOut in 5 / 3 / fanOut.squareRoot() },
    Scheme(text: #"{"type": "kaiming_normal", "nonlinearity": "selu"}"#, isUniform: false) {
      fanIn, _ in 0.75 / fanIn.squareRoot()
    },
    Scheme(text: #"{"type": "kaiming_uniform", "nonlinearity": "sigmoid"}"#, isUniform: true) {
      fanIn, _ in 1 / fanIn.squareRoot()
    },
    Scheme(text: #"{"type": "xavier_uniform"}"#, isUniform: true) { fanIn, fanOut in
      (2 / (fanIn + fanOut)).squareRoot()
    },
    Scheme(text: #"{"type": "xavier_normal", "gain": 1.5}"#, isUniform: false) {
      fanIn, fanOut in 1.5 * (2 / (fanIn + fanOut)).squareRoot()
    },
    Scheme(
      text: #"{"type": "normal", "mean": 0.5, "std": 0.2}"#, isUniform: false,
      deviation: {
        _, _ in 0.2
      }, mean: 0.5),
    Scheme(
      text: #"{"type": "uniform", "a": -1, "b": 3}"#, isUniform: true,
      deviation: {
        _, _ in 4 / 12.0.squareRoot()
      }, mean: 1),
  ]

  @Test(arguments: schemes)
  func ofLinear(_ scheme: Scheme) throws {
    let layer = #"{"type": "Linear", "name": "l", "out_features": 150\#(key(scheme))}"#
    let weight = try model(layer, sample: [200]).tensor("l.weight")
    #expect(weight.count == 150 * 200)
    expect(weight, scheme, fanIn: 200, fanOut: 150)
  }

  /// A fan counts the field of the kernel; inputs are those of one group.
  @Test(arguments: schemes)
  func ofConv2d(_ scheme: Scheme) throws {
    let layer =
      #"{"type": "Conv2d", "name": "c", "out_channels": 64, "kernel_size": [3, 5], "groups": 2\#(key(scheme))}"#
    let weight = try model(layer, sample: [32, 3, 5]).tensor("c.weight")
    #expect(weight.count == 64 * 16 * 15)
    expect(weight, scheme, fanIn: 16 * 15, fanOut: 64 * 15)
  }

  @Test(arguments: schemes)
  func ofConv1d(_ scheme: Scheme) throws {
    let layer =
      #"{"type": "Conv1d", "name": "c", "out_channels": 100, "kernel_size": 4\#(key(scheme))}"#
    let weight = try model(layer, sample: [50, 4]).tensor("c.weight")
    expect(weight, scheme, fanIn: 200, fanOut: 400)
  }

  private func key(_ scheme: Scheme) -> String {
    scheme.text.isEmpty ? "" : ", \"init\": \(scheme.text)"
  }

  private func expect(
    _ weight: [Float], _ scheme: Scheme, fanIn: Double, fanOut: Double,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let count = Double(weight.count)
    let deviation = scheme.deviation(fanIn, fanOut)
    let mean = weight.reduce(0) { $0 + Double($1) } / count
    let variance = weight.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / count
    // Five standard errors; that of a normal sample's deviation is σ/√2n, of a uniform one's less.
    #expect(
      abs(mean - scheme.mean) < 5 * deviation / count.squareRoot(),
      sourceLocation: sourceLocation)
    #expect(
      abs(variance.squareRoot() - deviation) < 5 * deviation / (2 * count).squareRoot(),
      sourceLocation: sourceLocation)
    let farthest = weight.reduce(0) { max($0, abs(Double($1) - scheme.mean)) } / deviation
    if scheme.isUniform {
      // Within the bound, and near it.
      #expect(farthest <= 3.0.squareRoot() * (1 + 1e-5), sourceLocation: sourceLocation)
      #expect(farthest > 1.72, sourceLocation: sourceLocation)
    } else {
      #expect(farthest > 3 && farthest < 6, sourceLocation: sourceLocation)
    }
  }

  @Test(arguments: [(40, 60), (60, 40), (50, 50)])
  func orthogonalHasOrthonormalRowsOrColumns(rows: Int, columns: Int) throws {
    let layer =
      #"{"type": "Linear", "name": "l", "out_features": \#(rows), "init": {"type": "orthogonal", "gain": 2}}"#
    let w = try model(layer, sample: [columns]).tensor("l.weight")
    let count = min(rows, columns)
    var worst = 0.0
    for a in 0..<count {
      for b in 0..<count {
        let product = (0..<max(rows, columns)).reduce(0.0) { sum, i in
          rows <= columns
            ? sum + Double(w[a * columns + i]) * Double(w[b * columns + i])
            : sum + Double(w[i * columns + a]) * Double(w[i * columns + b])
        }
        worst = max(worst, abs(product - (a == b ? 4 : 0)))
      }
    }
    #expect(worst < 1e-5)
  }

  /// A kernel is a matrix with a row for each output channel, as in PyTorch.
  @Test func orthogonalKernelsAreOrthonormalRows() throws {
    let layer =
      #"{"type": "Conv2d", "name": "c", "out_channels": 8, "kernel_size": 3, "init": {"type": "orthogonal"}}"#
    let w = try model(layer, sample: [2, 3, 3]).tensor("c.weight")
    for a in 0..<8 {
      for b in 0..<8 {
        let product = (0..<18).reduce(0.0) { $0 + Double(w[18 * a + $1]) * Double(w[18 * b + $1]) }
        #expect(abs(product - (a == b ? 1 : 0)) < 1e-5)
      }
    }
  }

  @Test(
    arguments: [
      (#"{"type": "constant", "value": 0.25}"#, 0.25), (#"{"type": "zeros"}"#, 0),
      (#"{"type": "ones"}"#, 1),
    ] as [(String, Float)])
  func constants(text: String, value: Float) throws {
    let layer =
      #"{"type": "Linear", "name": "l", "out_features": 3, "init": \#(text), "bias_init": \#(text)}"#
    let it = try model(layer, sample: [2])
    #expect(try it.tensor("l.weight") == Array(repeating: value, count: 6))
    #expect(try it.tensor("l.bias") == Array(repeating: value, count: 3))
  }

  /// Biases of PyTorch's layers: uniform within 1/√fan_in.
  @Test func biasesStartWithinTheirFan() throws {
    let layers = [
      (#"{"type": "Linear", "name": "l", "out_features": 400}"#, [16], 0.25),
      (
        #"{"type": "Conv2d", "name": "l", "out_channels": 400, "kernel_size": 2}"#, [4, 2, 2], 0.25
      ),
    ]
    for (layer, sample, bound) in layers {
      let bias = try model(layer, sample: sample).tensor("l.bias").map { abs(Double($0)) }
      let largest = try #require(bias.max())
      #expect(largest <= bound && largest > 0.95 * bound)
    }
  }

  /// A container's `init` holds for what is in it, an own one before it; normalizations keep ones.
  @Test func containersHandTheirsDown() throws {
    let it = try model(
      """
      {"type": "Sequential", "name": "s", "init": {"type": "constant", "value": 2},
       "bias_init": {"type": "ones"}, "body": [
        {"type": "Conv2d", "name": "a", "out_channels": 2, "kernel_size": 1},
        {"type": "BatchNorm2d", "name": "n"},
        {"type": "Conv2d", "name": "b", "out_channels": 2, "kernel_size": 1,
         "init": {"type": "zeros"}}]}
      """, sample: [1, 2, 2])
    #expect(try it.tensor("s.a.weight") == [2, 2])
    #expect(try it.tensor("s.a.bias") == [1, 1])
    #expect(try it.tensor("s.n.weight") == [1, 1])
    #expect(try it.tensor("s.b.weight") == [0, 0, 0, 0])
  }

  @Test func normalizationsStartAsPyTorchsDo() throws {
    let it = try model(
      #"{"type": "BatchNorm2d", "name": "b"}, {"type": "GroupNorm", "name": "g", "num_groups": 1}, {"type": "RMSNorm", "name": "r"}"#,
      sample: [2, 2, 3])
    #expect(try it.tensor("b.weight") == [1, 1] && it.tensor("b.bias") == [0, 0])
    #expect(try it.tensor("b.running_mean") == [0, 0] && it.tensor("b.running_var") == [1, 1])
    #expect(try it.tensor("b.num_batches_tracked") == [0])
    #expect(try it.tensor("g.weight") == [1, 1] && it.tensor("g.bias") == [0, 0])
    #expect(try it.tensor("r.weight") == [1, 1, 1])
  }

  @Test func theSeedDecides() throws {
    let layer = #"{"type": "Linear", "name": "l", "out_features": 8}"#
    let first = try model(layer, sample: [8]).tensor("l.weight")
    #expect(try model(layer, sample: [8]).tensor("l.weight") == first)
    #expect(try model(layer, sample: [8], seed: 2).tensor("l.weight") != first)
  }
}
