internal import Autodiff

/// `torch.nn.Linear`: `out_features`, `in_features` (inferred), `bias`.
struct LinearLayer: LayerDefinition {
  static let type = "Linear"

  let outFeatures: Int
  let inFeatures: Int?
  let hasBias: Bool

  init(_ reader: inout ObjectReader) throws(ModelFileError) {
    outFeatures = try reader.int("out_features", in: 1...LayerLimits.size)
    inFeatures = try reader.optionalInt("in_features", in: 1...LayerLimits.size)
    hasBias = try reader.bool("bias", default: true)
  }

  func build(
    _ inputs: [ValueID], at place: LayerPlace, in model: inout ModelBuilder
  ) throws(ModelFileError) -> ValueID {
    let shape = model.shape(of: inputs[0])
    guard let features = shape.sizes.last else {
      throw ModelFileError(place.jsonPath, "Linear needs features, its input has shape \(shape)")
    }
    if let inFeatures, inFeatures != features {
      throw ModelFileError(
        place.jsonPath + ".in_features",
        "\(inFeatures) features do not fit an input of shape \(shape)",
        hint: "use \(features), or leave it out: it is inferred")
    }
    // PyTorch: kaiming_uniform with a = √5, which is uniform within ±1/√in; the bias likewise.
    let bound = 1 / Float(features).squareRoot()
    let weight = try model.parameter(
      "weight", [outFeatures, features], starts: .uniform(-bound, bound), at: place)
    var operands = [inputs[0], weight]
    if hasBias {
      operands.append(
        try model.parameter("bias", [outFeatures], starts: .uniform(-bound, bound), at: place))
    }
    return try model.apply(Linear(), to: operands, at: place)
  }
}

/// Bounds that keep sizes from overflowing.
enum LayerLimits {
  /// The most layers and containers of a model, copies counted.
  static let layers = 200_000
  /// The largest size of a dimension.
  static let size = 1 << 31
  /// The largest number of features where their square is a size, too.
  static let width = 1 << 20
  /// The largest kernel, stride, padding and dilation.
  static let extent = 1 << 16
  /// The most elements of a tensor whose numbers stand in the model file, be it one for all.
  static let given = 1 << 28
  /// What may be added to a variance.
  static let epsilon = 0...Double(Float.greatestFiniteMagnitude)
}
