internal import Autodiff

/// `torch.nn.Flatten`: `start_dim`, `end_dim`.
struct FlattenLayer: LayerDefinition {
  static let type = "Flatten"

  let start: Int
  let end: Int

  init(_ reader: inout ObjectReader) throws(ModelFileError) {
    start = try reader.int("start_dim", in: -64...64, default: 1)
    end = try reader.int("end_dim", in: -64...64, default: -1)
  }

  func build(
    _ inputs: [ValueID], at place: LayerPlace, in model: inout ModelBuilder
  ) throws(ModelFileError) -> ValueID {
    try model.apply(Flatten(start: start, end: end), to: inputs, at: place)
  }
}

/// `torch.reshape` of each sample: `shape`, without the batch; one size may be -1.
struct ReshapeLayer: LayerDefinition {
  static let type = "Reshape"

  let sizes: [Int]

  init(_ reader: inout ObjectReader) throws(ModelFileError) {
    guard let sizes = try reader.optionalSizes("shape", in: -1...LayerLimits.size) else {
      throw reader.missing("shape", "an array of sizes")
    }
    guard sizes.count(where: { $0 == -1 }) <= 1 else {
      throw ModelFileError(reader.path(of: "shape"), "only one size may be -1, found \(sizes)")
    }
    self.sizes = sizes
  }

  func build(
    _ inputs: [ValueID], at place: LayerPlace, in model: inout ModelBuilder
  ) throws(ModelFileError) -> ValueID {
    try model.apply(Reshape(sizes: sizes), to: inputs, at: place)
  }
}

/// `torch.transpose`: `dim0`, `dim1`.
struct TransposeLayer: LayerDefinition {
  static let type = "Transpose"

  let dimensions: (Int, Int)

  init(_ reader: inout ObjectReader) throws(ModelFileError) {
    dimensions = (try reader.int("dim0", in: -64...64), try reader.int("dim1", in: -64...64))
  }

  func build(
    _ inputs: [ValueID], at place: LayerPlace, in model: inout ModelBuilder
  ) throws(ModelFileError) -> ValueID {
    try model.apply(Transpose(dimensions.0, dimensions.1), to: inputs, at: place)
  }
}

/// `torch.select`: `dim`, `index`.
struct SelectLayer: LayerDefinition {
  static let type = "Select"

  let dimension: Int
  let index: Int

  init(_ reader: inout ObjectReader) throws(ModelFileError) {
    dimension = try reader.int("dim", in: -64...64)
    index = try reader.int("index", in: -LayerLimits.size...LayerLimits.size)
  }

  func build(
    _ inputs: [ValueID], at place: LayerPlace, in model: inout ModelBuilder
  ) throws(ModelFileError) -> ValueID {
    try model.apply(Select(dimension: dimension, index: index), to: inputs, at: place)
  }
}

/// `torch.cat` of `inputs`: `dim`.
struct ConcatLayer: LayerDefinition {
  static let type = "Concat"
  static let inputCount = 1...Int.max

  let dimension: Int

  init(_ reader: inout ObjectReader) throws(ModelFileError) {
    dimension = try reader.int("dim", in: -64...64)
  }

  func build(
    _ inputs: [ValueID], at place: LayerPlace, in model: inout ModelBuilder
  ) throws(ModelFileError) -> ValueID {
    try model.apply(Concat(dimension: dimension), to: inputs, at: place)
  }
}
