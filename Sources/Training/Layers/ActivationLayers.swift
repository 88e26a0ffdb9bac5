internal import Autodiff

/// An activation without options.
protocol PlainActivation: Primitive {
  init()
}

extension ReLU: PlainActivation {}
extension Sigmoid: PlainActivation {}
extension Tanh: PlainActivation {}

/// `torch.nn.ReLU`, `Sigmoid`, `Tanh`.
struct ActivationLayer<Function: PlainActivation>: LayerDefinition {
  static var type: String { Function.name }

  init(_ reader: inout ObjectReader) throws(ModelFileError) {}

  func build(
    _ inputs: [ValueID], at place: LayerPlace, in model: inout ModelBuilder
  ) throws(ModelFileError) -> ValueID {
    try model.apply(Function(), to: inputs, at: place)
  }
}

/// `torch.nn.GELU`: `approximate` is `none` or `tanh`.
struct GELULayer: LayerDefinition {
  static let type = "GELU"

  let approximatesByTanh: Bool

  init(_ reader: inout ObjectReader) throws(ModelFileError) {
    let choice = try reader.choice("approximate", of: ["none", "tanh"], default: "none")
    approximatesByTanh = choice == "tanh"
  }

  func build(
    _ inputs: [ValueID], at place: LayerPlace, in model: inout ModelBuilder
  ) throws(ModelFileError) -> ValueID {
    try model.apply(GELU(approximatesByTanh: approximatesByTanh), to: inputs, at: place)
  }
}
