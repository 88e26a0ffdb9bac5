internal import Autodiff

/// `torch.nn.MultiheadAttention` of a sequence with itself: `num_heads`, `embed_dim` (inferred),
/// `causal`, `bias`.
struct MultiheadAttentionLayer: LayerDefinition {
  static let type = "MultiheadAttention"

  let heads: Int
  let features: Int?
  let isCausal: Bool
  let hasBias: Bool

  init(_ reader: inout ObjectReader) throws(ModelFileError) {
    heads = try reader.int("num_heads", in: 1...LayerLimits.width)
    features = try reader.optionalInt("embed_dim", in: 1...LayerLimits.size)
    isCausal = try reader.bool("causal", default: false)
    hasBias = try reader.bool("bias", default: true)
  }

  func build(
    _ inputs: [ValueID], at place: LayerPlace, in model: inout ModelBuilder
  ) throws(ModelFileError) -> ValueID {
    let shape = model.shape(of: inputs[0])
    guard shape.rank == 3, shape.width > 0 else {
      throw ModelFileError(
        place.jsonPath,
        "MultiheadAttention takes [batch, time, features], its input has shape \(shape)")
    }
    let width = shape.width
    if let features, features != width {
      throw ModelFileError(
        place.jsonPath + ".embed_dim",
        "\(features) features do not fit an input of shape \(shape)",
        hint: "use \(width), or leave it out: it is inferred")
    }
    guard width % heads == 0 else {
      throw ModelFileError(
        place.jsonPath + ".num_heads",
        "\(width) features cannot be shared by \(heads) heads",
        hint: "the number of heads must divide the features")
    }
    // PyTorch: xavier_uniform for the three together, Linear's own for the output, biases 0.
    let first = (6 / Float(4 * width)).squareRoot()
    let last = 1 / Float(width).squareRoot()
    let joint = try project(
      inputs[0], to: 3 * width, ("in_proj_weight", first), "in_proj_bias", at: place, in: &model,
      suffix: "/in_proj")
    let mean = try model.apply(
      ScaledDotProductAttention(heads: heads, isCausal: isCausal), to: [joint], at: place,
      suffix: "/attention")
    return try project(
      mean, to: width, ("out_proj.weight", last), "out_proj.bias", at: place, in: &model)
  }

  private func project(
    _ input: ValueID, to features: Int, _ weight: (name: String, bound: Float), _ bias: String,
    at place: LayerPlace, in model: inout ModelBuilder, suffix: String = ""
  ) throws(ModelFileError) -> ValueID {
    var operands = [input]
    operands.append(
      try model.parameter(
        weight.name, [features, model.shape(of: input).width],
        starts: .uniform(-weight.bound, weight.bound), at: place))
    if hasBias {
      operands.append(try model.parameter(bias, [features], starts: .constant(0), at: place))
    }
    return try model.apply(Linear(), to: operands, at: place, suffix: suffix)
  }
}
