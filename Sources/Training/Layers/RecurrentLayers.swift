internal import Autodiff

/// What the recurrent layers of PyTorch share.
struct RecurrentOptions: Sendable {
  let hiddenSize: Int
  let inputSize: Int?
  let layers: Int
  let hasBias: Bool
  let returnsSequence: Bool
  let truncation: Int?

  init(_ reader: inout ObjectReader) throws(ModelFileError) {
    hiddenSize = try reader.int("hidden_size", in: 1...LayerLimits.width)
    inputSize = try reader.optionalInt("input_size", in: 1...LayerLimits.size)
    layers = try reader.int("num_layers", in: 1...10_000, default: 1)
    hasBias = try reader.bool("bias", default: true)
    returnsSequence =
      try reader.choice("output", of: ["sequence", "last"], default: "sequence") == "sequence"
    truncation = try reader.optionalInt("truncate", in: 1...Int.max)
    guard try reader.bool("batch_first", default: true) else {
      throw ModelFileError(
        reader.path(of: "batch_first"), "inputs are always [batch, time, features]",
        hint: "leave it out, or put a Transpose before the layer")
    }
  }

  /// One layer on the other, each a node; the last one's output is the layer's.
  ///
  /// - Parameter gates: How many times the hidden size a weight has rows.
  func build(
    _ input: ValueID, gates: Int, at place: LayerPlace, in model: inout ModelBuilder,
    _ primitive: (Unrolling) -> any Primitive
  ) throws(ModelFileError) -> ValueID {
    let shape = model.shape(of: input)
    if let inputSize, let found = shape.sizes.last, inputSize != found {
      throw ModelFileError(
        place.jsonPath + ".input_size",
        "\(inputSize) features do not fit an input of shape \(shape)",
        hint: "use \(found), or leave it out: it is inferred")
    }
    var current = input
    for layer in 0..<layers {
      let width = gates * hiddenSize
      let bound = 1 / Float(hiddenSize).squareRoot()
      var operands = [current]
      for (name, shape) in [
        ("weight_ih", [width, model.shape(of: current).width]), ("weight_hh", [width, hiddenSize]),
        ("bias_ih", [width]), ("bias_hh", [width]),
      ] as [(String, Shape)] where hasBias || !name.hasPrefix("bias") {
        operands.append(
          try model.parameter(
            "\(name)_l\(layer)", shape, starts: .uniform(-bound, bound), at: place))
      }
      let unrolling = Unrolling(
        returnsSequence: returnsSequence || layer < layers - 1, truncation: truncation)
      current = try model.apply(
        primitive(unrolling), to: operands, at: place, suffix: layers > 1 ? "/l\(layer)" : "")
    }
    return current
  }
}

/// `torch.nn.RNN`: `hidden_size`, `input_size` (inferred), `num_layers`, `nonlinearity`, `bias`; with
/// `output` and `truncate`.
struct RNNLayer: LayerDefinition {
  static let type = "RNN"

  let options: RecurrentOptions
  let nonlinearity: RNN.Nonlinearity

  init(_ reader: inout ObjectReader) throws(ModelFileError) {
    options = try RecurrentOptions(&reader)
    let name = try reader.choice(
      "nonlinearity", of: RNN.Nonlinearity.allCases.map(\.rawValue), default: "tanh")
    nonlinearity = RNN.Nonlinearity(rawValue: name) ?? .tanh
  }

  func build(
    _ inputs: [ValueID], at place: LayerPlace, in model: inout ModelBuilder
  ) throws(ModelFileError) -> ValueID {
    try options.build(inputs[0], gates: 1, at: place, in: &model) { unrolling in
      RNN(nonlinearity: nonlinearity, unrolling: unrolling)
    }
  }
}

/// A recurrent layer with gates.
protocol GatedRecurrence: Primitive {
  static var gateCount: Int { get }

  init(unrolling: Unrolling)
}

extension LSTM: GatedRecurrence { static var gateCount: Int { 4 } }
extension GRU: GatedRecurrence { static var gateCount: Int { 3 } }

/// `torch.nn.LSTM`, `GRU`: as `RNN` without `nonlinearity`.
struct GatedRecurrentLayer<Function: GatedRecurrence>: LayerDefinition {
  static var type: String { Function.name }

  let options: RecurrentOptions

  init(_ reader: inout ObjectReader) throws(ModelFileError) {
    options = try RecurrentOptions(&reader)
  }

  func build(
    _ inputs: [ValueID], at place: LayerPlace, in model: inout ModelBuilder
  ) throws(ModelFileError) -> ValueID {
    try options.build(inputs[0], gates: Function.gateCount, at: place, in: &model) { unrolling in
      Function(unrolling: unrolling)
    }
  }
}
