internal import Autodiff

/// A batch normalization as a layer.
protocol BatchNormFunction: Primitive {
  init(_ options: BatchNormOptions)
}

extension BatchNorm1d: BatchNormFunction {}
extension BatchNorm2d: BatchNormFunction {}

/// `torch.nn.BatchNorm1d`, `BatchNorm2d`: `num_features` (inferred), `eps`, `momentum` (null: the mean
/// of all batches), `affine`, `track_running_stats`.
struct BatchNormLayer<Function: BatchNormFunction>: LayerDefinition {
  static var type: String { Function.name }

  let features: Int?
  let options: BatchNormOptions

  init(_ reader: inout ObjectReader) throws(ModelFileError) {
    features = try reader.optionalInt("num_features", in: 1...LayerLimits.size)
    var options = BatchNormOptions()
    options.epsilon = Float(try reader.double("eps", in: LayerLimits.epsilon, default: 1e-5))
    if case .null = reader.value("momentum") {
      options.momentum = nil
    } else {
      options.momentum = Float(try reader.double("momentum", in: 0...1, default: 0.1))
    }
    options.isAffine = try reader.bool("affine", default: true)
    options.tracksStatistics = try reader.bool("track_running_stats", default: true)
    self.options = options
  }

  func build(
    _ inputs: [ValueID], at place: LayerPlace, in model: inout ModelBuilder
  ) throws(ModelFileError) -> ValueID {
    let channels = try channelCount(
      of: inputs[0], given: features, key: "num_features", type: Self.type, at: place, in: model)
    var operands = inputs
    if options.isAffine {
      operands.append(try model.parameter("weight", [channels], starts: .constant(1), at: place))
      operands.append(try model.parameter("bias", [channels], starts: .constant(0), at: place))
    }
    if options.tracksStatistics {
      operands.append(model.buffer("running_mean", [channels], starts: 0, at: place))
      operands.append(model.buffer("running_var", [channels], starts: 1, at: place))
      operands.append(model.buffer("num_batches_tracked", [], starts: 0, at: place))
    }
    return try model.apply(Function(options), to: operands, at: place)
  }
}

/// `torch.nn.GroupNorm`: `num_groups`, `num_channels` (inferred), `eps`, `affine`.
struct GroupNormLayer: LayerDefinition {
  static let type = "GroupNorm"

  let groups: Int
  let channels: Int?
  let epsilon: Double
  let isAffine: Bool

  init(_ reader: inout ObjectReader) throws(ModelFileError) {
    groups = try reader.int("num_groups", in: 1...LayerLimits.size)
    channels = try reader.optionalInt("num_channels", in: 1...LayerLimits.size)
    epsilon = try reader.double("eps", in: LayerLimits.epsilon, default: 1e-5)
    isAffine = try reader.bool("affine", default: true)
  }

  func build(
    _ inputs: [ValueID], at place: LayerPlace, in model: inout ModelBuilder
  ) throws(ModelFileError) -> ValueID {
    let channels = try channelCount(
      of: inputs[0], given: channels, key: "num_channels", type: Self.type, at: place, in: model)
    guard channels % groups == 0 else {
      throw ModelFileError(
        place.jsonPath + ".num_groups",
        "the \(channels) channels of an input of shape \(model.shape(of: inputs[0])) do not make "
          + "\(groups) equal groups")
    }
    var operands = inputs
    if isAffine {
      operands.append(try model.parameter("weight", [channels], starts: .constant(1), at: place))
      operands.append(try model.parameter("bias", [channels], starts: .constant(0), at: place))
    }
    let primitive = GroupNorm(groups: groups, epsilon: Float(epsilon))
    return try model.apply(primitive, to: operands, at: place)
  }
}

/// `torch.nn.RMSNorm`: `normalized_shape` (the last dimension), `eps` (2⁻²³), `elementwise_affine`.
struct RMSNormLayer: LayerDefinition {
  static let type = "RMSNorm"

  let normalizedShape: [Int]?
  let epsilon: Double
  let isAffine: Bool

  init(_ reader: inout ObjectReader) throws(ModelFileError) {
    normalizedShape = try reader.optionalSizes("normalized_shape", in: 1...LayerLimits.size)
    epsilon = try reader.double("eps", in: LayerLimits.epsilon, default: Double(Float.ulpOfOne))
    isAffine = try reader.bool("elementwise_affine", default: true)
  }

  func build(
    _ inputs: [ValueID], at place: LayerPlace, in model: inout ModelBuilder
  ) throws(ModelFileError) -> ValueID {
    let shape = model.shape(of: inputs[0])
    guard shape.rank >= 1 else {
      throw ModelFileError(place.jsonPath, "RMSNorm needs a row, its input has shape \(shape)")
    }
    let normalized = Shape(normalizedShape ?? [shape.width])
    var operands = inputs
    if isAffine {
      try model.checkSize(normalized, at: place)
      operands.append(try model.parameter("weight", normalized, starts: .constant(1), at: place))
    }
    let primitive = RMSNorm(normalized: normalized, epsilon: Float(epsilon))
    return try model.apply(primitive, to: operands, at: place)
  }
}

/// The channels of an input `[N, C, …]`, checked against what the file says.
private func channelCount(
  of input: ValueID, given: Int?, key: String, type: String, at place: LayerPlace,
  in model: ModelBuilder
) throws(ModelFileError) -> Int {
  let shape = model.shape(of: input)
  guard shape.rank >= 2 else {
    throw ModelFileError(
      place.jsonPath, "\(type) needs an input [N, C, …], this one has shape \(shape)")
  }
  let channels = shape.sizes[1]
  if let given, given != channels {
    throw ModelFileError(
      place.jsonPath + "." + key, "\(given) channels do not fit an input of shape \(shape)",
      hint: "use \(channels), or leave it out: it is inferred")
  }
  return channels
}
