internal import Autodiff

/// An operation on two values without options.
protocol PlainPair: Primitive {
  init()
}

extension Add: PlainPair {}
extension Sub: PlainPair {}
extension Mul: PlainPair {}
extension Div: PlainPair {}
extension MatMul: PlainPair {}

/// `Add`, `Sub`, `Mul`, `Div`, `MatMul`: two `inputs`, stretched by NumPy's rules.
struct PairLayer<Function: PlainPair>: LayerDefinition {
  static var type: String { Function.name }
  static var inputCount: ClosedRange<Int> { 2...2 }

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
    guard let exponent = try reader.optionalDouble("exponent", in: Double.finite) else {
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

/// `Scale`: each element times `factor`.
struct ScaleLayer: LayerDefinition {
  static let type = "Scale"

  let factor: Double

  init(_ reader: inout ObjectReader) throws(ModelFileError) {
    guard let factor = try reader.optionalDouble("factor", in: Double.finite) else {
      throw reader.missing("factor", "a number")
    }
    self.factor = factor
  }

  func build(
    _ inputs: [ValueID], at place: LayerPlace, in model: inout ModelBuilder
  ) throws(ModelFileError) -> ValueID {
    try model.apply(Scale(factor: Float(factor)), to: inputs, at: place)
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
