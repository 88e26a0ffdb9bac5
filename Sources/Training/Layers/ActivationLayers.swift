internal import Autodiff

/// A function of one tensor without options.
protocol PlainPrimitive: Primitive {
  init()
}

extension ReLU: PlainPrimitive {}
extension Sigmoid: PlainPrimitive {}
extension Tanh: PlainPrimitive {}
extension SiLU: PlainPrimitive {}
extension Exp: PlainPrimitive {}
extension Log: PlainPrimitive {}
extension Identity: PlainPrimitive {}
extension Detach: PlainPrimitive {}

/// `torch.nn.ReLU`, `Sigmoid`, `Tanh`, `SiLU`, `Identity`; `torch.exp`, `log`, `detach`.
struct PlainLayer<Function: PlainPrimitive>: LayerDefinition {
  static var type: String { Function.name }

  init(_ reader: inout ObjectReader) throws(ModelFileError) {}

  func build(
    _ inputs: [ValueID], at place: LayerPlace, in model: inout ModelBuilder
  ) throws(ModelFileError) -> ValueID {
    try model.apply(Function(), to: inputs, at: place)
  }
}

/// `torch.nn.LeakyReLU`: `negative_slope`.
struct LeakyReLULayer: LayerDefinition {
  static let type = "LeakyReLU"

  let slope: Double

  init(_ reader: inout ObjectReader) throws(ModelFileError) {
    slope = try reader.double("negative_slope", in: Double.finite, default: 0.01)
  }

  func build(
    _ inputs: [ValueID], at place: LayerPlace, in model: inout ModelBuilder
  ) throws(ModelFileError) -> ValueID {
    try model.apply(LeakyReLU(negativeSlope: Float(slope)), to: inputs, at: place)
  }
}

/// `torch.nn.ELU`: `alpha`.
struct ELULayer: LayerDefinition {
  static let type = "ELU"

  let alpha: Double

  init(_ reader: inout ObjectReader) throws(ModelFileError) {
    alpha = try reader.double("alpha", in: Double.finite, default: 1)
  }

  func build(
    _ inputs: [ValueID], at place: LayerPlace, in model: inout ModelBuilder
  ) throws(ModelFileError) -> ValueID {
    try model.apply(ELU(alpha: Float(alpha)), to: inputs, at: place)
  }
}

/// A softmax as a layer.
protocol DimensionNormalization: Primitive {
  init(dimension: Int)
}

extension Softmax: DimensionNormalization {}
extension LogSoftmax: DimensionNormalization {}

/// `torch.nn.Softmax`, `LogSoftmax`: `dim`, the last one unless given.
struct SoftmaxLayer<Function: DimensionNormalization>: LayerDefinition {
  static var type: String { Function.name }

  let dimension: Int

  init(_ reader: inout ObjectReader) throws(ModelFileError) {
    dimension = try reader.int("dim", in: -64...64, default: -1)
  }

  func build(
    _ inputs: [ValueID], at place: LayerPlace, in model: inout ModelBuilder
  ) throws(ModelFileError) -> ValueID {
    try model.apply(Function(dimension: dimension), to: inputs, at: place)
  }
}

extension Double {
  /// All that a Float holds too.
  static var finite: ClosedRange<Double> {
    -Double(Float.greatestFiniteMagnitude)...Double(Float.greatestFiniteMagnitude)
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
