internal import Autodiff

/// `torch.nn.LayerNorm`: `normalized_shape` (the last dimension), `eps`, `elementwise_affine`, `bias`.
struct LayerNormLayer: LayerDefinition {
  static let type = "LayerNorm"

  let normalizedShape: [Int]?
  let epsilon: Double
  let isAffine: Bool
  let hasBias: Bool

  init(_ reader: inout ObjectReader) throws(ModelFileError) {
    normalizedShape = try reader.optionalSizes("normalized_shape", in: 1...LayerLimits.size)
    epsilon = try reader.double("eps", in: LayerLimits.epsilon, default: 1e-5)
    isAffine = try reader.bool("elementwise_affine", default: true)
    hasBias = try reader.bool("bias", default: true)
  }

  func build(
    _ inputs: [ValueID], at place: LayerPlace, in model: inout ModelBuilder
  ) throws(ModelFileError) -> ValueID {
    let shape = model.shape(of: inputs[0])
    guard shape.rank >= 1 else {
      throw ModelFileError(place.jsonPath, "LayerNorm needs a row, its input has shape \(shape)")
    }
    let normalized = Shape(normalizedShape ?? [shape.width])
    var operands = inputs
    if isAffine {
      operands.append(try model.parameter("weight", normalized, starts: .constant(1), at: place))
      if hasBias {
        operands.append(try model.parameter("bias", normalized, starts: .constant(0), at: place))
      }
    }
    let primitive = LayerNorm(normalized: normalized, epsilon: Float(epsilon))
    return try model.apply(primitive, to: operands, at: place)
  }
}
