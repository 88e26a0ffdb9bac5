internal import Autodiff

/// The keys of a convolution over one or two dimensions.
struct ConvolutionKeys: Sendable {
  let outChannels: Int
  let inChannels: Int?
  let kernel: [Int]
  let geometry: ConvolutionGeometry
  let hasBias: Bool

  /// - Parameter axes: How many dimensions it goes over.
  init(_ reader: inout ObjectReader, axes: Int) throws(ModelFileError) {
    outChannels = try reader.int("out_channels", in: 1...LayerLimits.size)
    inChannels = try reader.optionalInt("in_channels", in: 1...LayerLimits.size)
    let extents = 1...LayerLimits.extent
    guard let kernel = try reader.optionalSizes("kernel_size", of: axes, in: extents) else {
      throw reader.missing("kernel_size", axes == 1 ? "an integer" : "one or two integers")
    }
    self.kernel = kernel
    let ones = Array(repeating: 1, count: axes)
    let strides = try reader.optionalSizes("stride", of: axes, in: extents) ?? ones
    let dilations = try reader.optionalSizes("dilation", of: axes, in: extents) ?? ones
    let groups = try reader.int("groups", in: extents, default: 1)
    let (before, after) = try Self.padding(
      &reader, kernel: kernel, strides: strides, dilations: dilations)
    guard outChannels % groups == 0 else {
      throw ModelFileError(
        reader.path(of: "groups"), "\(outChannels) out_channels do not make \(groups) equal groups")
    }
    geometry = ConvolutionGeometry(
      strides: strides, before: before, after: after, dilations: dilations, groups: groups)
    hasBias = try reader.bool("bias", default: true)
  }

  /// Numbers, `"valid"` for none, or `"same"` for an output as large as the input.
  private static func padding(
    _ reader: inout ObjectReader, kernel: [Int], strides: [Int], dilations: [Int]
  ) throws(ModelFileError) -> (before: [Int], after: [Int]) {
    guard case .string = reader.value("padding") else {
      let sizes =
        try reader.optionalSizes("padding", of: kernel.count, in: 0...LayerLimits.extent)
        ?? kernel.map { _ in 0 }
      return (sizes, sizes)
    }
    let name = try reader.choice("padding", of: ["valid", "same"])
    guard name == "same" else { return (kernel.map { _ in 0 }, kernel.map { _ in 0 }) }
    guard strides.allSatisfy({ $0 == 1 }) else {
      throw ModelFileError(
        reader.path(of: "padding"), "\"same\" needs a stride of 1, this one is \(Shape(strides))",
        hint: "give the padding as a number")
    }
    let totals = zip(kernel, dilations).map { $1 * ($0 - 1) }
    return (totals.map { $0 / 2 }, totals.map { $0 - $0 / 2 })
  }

  /// The operands: input, weight and, if there is one, bias.
  func operands(
    _ input: ValueID, type: String, at place: LayerPlace, in model: inout ModelBuilder
  ) throws(ModelFileError) -> [ValueID] {
    let shape = model.shape(of: input)
    guard shape.rank == kernel.count + 2 else {
      let form = kernel.count == 1 ? "[N, C, length]" : "[N, C, height, width]"
      throw ModelFileError(
        place.jsonPath, "\(type) needs an input \(form), this one has shape \(shape)",
        hint: "a Reshape before it gives a sample these dimensions")
    }
    let channels = shape.sizes[1]
    if let inChannels, inChannels != channels {
      throw ModelFileError(
        place.jsonPath + ".in_channels",
        "\(inChannels) channels do not fit an input of shape \(shape)",
        hint: "use \(channels), or leave it out: it is inferred")
    }
    guard channels % geometry.groups == 0 else {
      throw ModelFileError(
        place.jsonPath + ".groups",
        "the \(channels) channels of an input of shape \(shape) do not make \(geometry.groups) "
          + "equal groups")
    }
    // PyTorch: kaiming_uniform with a = √5, which is uniform within ±1/√fan_in; the bias likewise.
    let weights = Shape([outChannels, channels / geometry.groups] + kernel)
    try model.checkSize(weights, at: place)
    let bound = 1 / Float(weights.sizes.dropFirst().reduce(1, *)).squareRoot()
    var operands = [input]
    operands.append(
      try model.parameter("weight", weights, starts: .uniform(-bound, bound), at: place))
    if hasBias {
      operands.append(
        try model.parameter("bias", [outChannels], starts: .uniform(-bound, bound), at: place))
    }
    return operands
  }
}

/// `torch.nn.Conv1d`: `out_channels`, `kernel_size`, `stride`, `padding`, `dilation`, `groups`,
/// `bias`, `in_channels` (inferred).
struct Conv1dLayer: LayerDefinition {
  static let type = "Conv1d"

  let keys: ConvolutionKeys

  init(_ reader: inout ObjectReader) throws(ModelFileError) {
    keys = try ConvolutionKeys(&reader, axes: 1)
  }

  func build(
    _ inputs: [ValueID], at place: LayerPlace, in model: inout ModelBuilder
  ) throws(ModelFileError) -> ValueID {
    let operands = try keys.operands(inputs[0], type: Self.type, at: place, in: &model)
    return try model.apply(Conv1d(keys.geometry), to: operands, at: place)
  }
}

/// `torch.nn.Conv2d`: as `Conv1d`; sizes are one number or two.
struct Conv2dLayer: LayerDefinition {
  static let type = "Conv2d"

  let keys: ConvolutionKeys

  init(_ reader: inout ObjectReader) throws(ModelFileError) {
    keys = try ConvolutionKeys(&reader, axes: 2)
  }

  func build(
    _ inputs: [ValueID], at place: LayerPlace, in model: inout ModelBuilder
  ) throws(ModelFileError) -> ValueID {
    let operands = try keys.operands(inputs[0], type: Self.type, at: place, in: &model)
    return try model.apply(Conv2d(keys.geometry), to: operands, at: place)
  }
}

extension ObjectReader {
  /// Sizes, one for each of `count` dimensions: a number for all of them, or an array; nil where
  /// there are none.
  mutating func optionalSizes(
    _ key: String, of count: Int, in range: ClosedRange<Int>
  ) throws(ModelFileError) -> [Int]? {
    guard let sizes = try optionalSizes(key, in: range) else { return nil }
    if sizes.count == 1 { return Array(repeating: sizes[0], count: count) }
    guard sizes.count == count else {
      throw ModelFileError(
        path(of: key),
        "expected a number\(count == 1 ? "" : " or \(count) of them"), found \(sizes.count)")
    }
    return sizes
  }
}
