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
    if let number = value.double {
      let shape = Shape(sizes ?? [])
      var count = 1
      for size in shape.sizes {
        let (product, overflows) = count.multipliedReportingOverflow(by: size)
        guard !overflows, product <= LayerLimits.given else {
          throw ModelFileError(
            reader.path(of: "shape"),
            "\(shape) has too many elements, \(LayerLimits.given) at most")
        }
        count = product
      }
      self.shape = shape
      numbers = Array(repeating: Float(number), count: count)
      return
    }
    let nested: NestedNumbers
    do { nested = try NestedNumbers(value, path: reader.path(of: "value")) } catch {
      throw ModelFileError(error.path, error.what, hint: error.hint)
    }
    shape = Shape(sizes ?? nested.shape)
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
