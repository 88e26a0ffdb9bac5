internal import Autodiff

/// An operation on two values without options.
protocol PlainPair: Primitive {
  init()
}

extension Add: PlainPair {}
extension Mul: PlainPair {}

/// `Add`, `Mul`: two `inputs`, stretched by NumPy's rules.
struct PairLayer<Function: PlainPair>: LayerDefinition {
  static var type: String { Function.name }
  static var inputCount: Int { 2 }

  init(_ reader: inout ObjectReader) throws(ModelFileError) {}

  func build(
    _ inputs: [ValueID], at place: LayerPlace, in model: inout ModelBuilder
  ) throws(ModelFileError) -> ValueID {
    try model.apply(Function(), to: inputs, at: place)
  }
}

/// `Pow`: each element to the power of `exponent`.
struct PowLayer: LayerDefinition {
  static let type = "Pow"

  let exponent: Double

  init(_ reader: inout ObjectReader) throws(ModelFileError) {
    let range = -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude
    guard let exponent = try reader.optionalDouble("exponent", in: range) else {
      throw reader.missing("exponent", "a number")
    }
    self.exponent = exponent
  }

  func build(
    _ inputs: [ValueID], at place: LayerPlace, in model: inout ModelBuilder
  ) throws(ModelFileError) -> ValueID {
    try model.apply(Pow(exponent: Float(exponent)), to: inputs, at: place)
  }
}

/// A reduction as a layer.
protocol DimensionReduction: Primitive {
  init(dimensions: [Int]?, keepsDimensions: Bool)
}

extension Sum: DimensionReduction {}
extension Mean: DimensionReduction {}

/// `Sum`, `Mean`: over `dim`, or over all dimensions; `keepdim`.
struct ReductionLayer<Function: DimensionReduction>: LayerDefinition {
  static var type: String { Function.name }

  let dimensions: [Int]?
  let keepsDimensions: Bool

  init(_ reader: inout ObjectReader) throws(ModelFileError) {
    dimensions = try reader.optionalSizes("dim", in: -64...64)
    keepsDimensions = try reader.bool("keepdim", default: false)
  }

  func build(
    _ inputs: [ValueID], at place: LayerPlace, in model: inout ModelBuilder
  ) throws(ModelFileError) -> ValueID {
    let primitive = Function(dimensions: dimensions, keepsDimensions: keepsDimensions)
    return try model.apply(primitive, to: inputs, at: place)
  }
}
