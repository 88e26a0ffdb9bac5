internal import Autodiff

/// Numbers given in a model file: one for all elements, or nested arrays.
struct GivenNumbers: Sendable {
  let shape: Shape
  let numbers: [Float]

  init(_ reader: inout ObjectReader) throws(ModelFileError) {
    let sizes = try reader.optionalSizes("shape", in: 0...LayerLimits.size)
    guard let value = reader.value("value") else {
      throw reader.missing("value", "a number or nested arrays")
    }
    let given = sizes.map { Shape($0) }
    if let given, !given.isCountable || given.elementCount > LayerLimits.given {
      throw ModelFileError(
        reader.path(of: "shape"),
        "\(given) has too many elements, \(LayerLimits.given) at most")
    }
    if value.double != nil {
      let number = try value.number(in: Double.finite, at: reader.path(of: "value"))
      shape = given ?? []
      numbers = Array(repeating: Float(number), count: shape.elementCount)
      return
    }
    let nested: NestedNumbers
    do { nested = try NestedNumbers(value, path: reader.path(of: "value")) } catch {
      throw ModelFileError(error.path, error.what, hint: error.hint)
    }
    shape = given ?? Shape(nested.shape)
    numbers = nested.numbers
    guard shape.elementCount == numbers.count else {
      throw ModelFileError(
        reader.path(of: "value"),
        "\(numbers.count) numbers of shape \(Shape(nested.shape)) do not fill the shape \(shape)")
    }
  }
}

/// `Parameter`: a trained tensor that a graph written by hand uses by name.
struct ParameterLayer: LayerDefinition {
  static let type = "Parameter"
  static let inputCount = 0...0

  let given: GivenNumbers

  init(_ reader: inout ObjectReader) throws(ModelFileError) {
    given = try GivenNumbers(&reader)
  }

  func build(
    _ inputs: [ValueID], at place: LayerPlace, in model: inout ModelBuilder
  ) throws(ModelFileError) -> ValueID {
    let value = try model.parameter(
      nil, given.shape, starts: .numbers(given.numbers), at: place)
    model.addSource(value, isTrained: true, at: place)
    return value
  }
}

/// `Constant`: a tensor that never changes.
struct ConstantLayer: LayerDefinition {
  static let type = "Constant"
  static let inputCount = 0...0

  let given: GivenNumbers

  init(_ reader: inout ObjectReader) throws(ModelFileError) {
    given = try GivenNumbers(&reader)
  }

  func build(
    _ inputs: [ValueID], at place: LayerPlace, in model: inout ModelBuilder
  ) throws(ModelFileError) -> ValueID {
    let value = model.constant(given.numbers, shape: given.shape)
    model.addSource(value, isTrained: false, at: place)
    return value
  }
}
