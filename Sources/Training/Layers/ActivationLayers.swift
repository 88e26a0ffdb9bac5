internal import Autodiff

/// A function of one tensor without options.
protocol PlainPrimitive: Primitive {
  init()
}

extension Sigmoid: PlainPrimitive {}
extension Tanh: PlainPrimitive {}
extension SiLU: PlainPrimitive {}
extension Exp: PlainPrimitive {}
extension Log: PlainPrimitive {}
extension Identity: PlainPrimitive {}
extension Detach: PlainPrimitive {}

/// `torch.nn.Sigmoid`, `Tanh`, `SiLU`, `Identity`; `torch.exp`, `log`, `detach`.
struct PlainLayer<Function: PlainPrimitive>: LayerDefinition {
  static var type: String { Function.name }

  init(_ reader: inout ObjectReader) throws(ModelFileError) {}

  func build(
    _ inputs: [ValueID], at place: LayerPlace, in model: inout ModelBuilder
  ) throws(ModelFileError) -> ValueID {
    try model.apply(Function(), to: inputs, at: place)
  }
}

/// `torch.nn.ReLU`: `inplace`.
struct ReLULayer: LayerDefinition {
  static let type = "ReLU"

  let isInPlace: Bool

  init(_ reader: inout ObjectReader) throws(ModelFileError) {
    isInPlace = try reader.bool("inplace", default: false)
  }

  func build(
    _ inputs: [ValueID], at place: LayerPlace, in model: inout ModelBuilder
  ) throws(ModelFileError) -> ValueID {
    try model.activate(ReLU(), inputs, at: place, isInPlace: isInPlace)
  }
}

/// `torch.nn.LeakyReLU`: `negative_slope`, `inplace`.
struct LeakyReLULayer: LayerDefinition {
  static let type = "LeakyReLU"

  let slope: Double
  let isInPlace: Bool

  init(_ reader: inout ObjectReader) throws(ModelFileError) {
    slope = try reader.double("negative_slope", in: Double.finite, default: 0.01)
    isInPlace = try reader.bool("inplace", default: false)
    if isInPlace, slope < 0 {
      throw ModelFileError(
        reader.path(of: "inplace"), "in place it needs a negative_slope that is not negative",
        hint: "the result would not tell on which side the input was")
    }
  }

  func build(
    _ inputs: [ValueID], at place: LayerPlace, in model: inout ModelBuilder
  ) throws(ModelFileError) -> ValueID {
    try model.activate(
      LeakyReLU(negativeSlope: Float(slope)), inputs, at: place, isInPlace: isInPlace)
  }
}

/// `torch.nn.ELU`: `alpha`, `inplace`.
struct ELULayer: LayerDefinition {
  static let type = "ELU"

  let alpha: Double
  let isInPlace: Bool

  init(_ reader: inout ObjectReader) throws(ModelFileError) {
    alpha = try reader.double("alpha", in: Double.finite, default: 1)
    isInPlace = try reader.bool("inplace", default: false)
    if isInPlace, alpha < 0 {
      throw ModelFileError(
        reader.path(of: "inplace"), "in place it needs an alpha that is not negative",
        hint: "the result would not tell on which side the input was")
    }
  }

  func build(
    _ inputs: [ValueID], at place: LayerPlace, in model: inout ModelBuilder
  ) throws(ModelFileError) -> ValueID {
    try model.activate(ELU(alpha: Float(alpha)), inputs, at: place, isInPlace: isInPlace)
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
