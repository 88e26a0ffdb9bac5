internal import Autodiff

extension PoolingGeometry {
  /// `kernel_size`, `stride` (the kernel's), `padding`, `ceil_mode`; `dilation` where it is allowed.
  init(_ reader: inout ObjectReader, dilates: Bool) throws(ModelFileError) {
    let extents = 1...LayerLimits.extent
    guard let kernel = try reader.optionalSizes("kernel_size", of: 2, in: extents) else {
      throw reader.missing("kernel_size", "one or two integers")
    }
    let dilations =
      dilates ? try reader.optionalSizes("dilation", of: 2, in: extents) ?? [1, 1] : [1, 1]
    let padding =
      try reader.optionalSizes("padding", of: 2, in: 0...LayerLimits.extent) ?? [0, 0]
    for axis in 0..<2 where 2 * padding[axis] > dilations[axis] * (kernel[axis] - 1) + 1 {
      throw ModelFileError(
        reader.path(of: "padding"),
        "\(padding[axis]) is more than half of the window of \(kernel[axis])",
        hint: "a window must not be all padding")
    }
    self.init(
      kernel: kernel, strides: try reader.optionalSizes("stride", of: 2, in: extents),
      padding: padding, dilations: dilations,
      ceil: try reader.bool("ceil_mode", default: false))
  }
}

/// `torch.nn.MaxPool2d`: `kernel_size`, `stride`, `padding`, `dilation`, `ceil_mode`.
struct MaxPool2dLayer: LayerDefinition {
  static let type = "MaxPool2d"

  let geometry: PoolingGeometry

  init(_ reader: inout ObjectReader) throws(ModelFileError) {
    geometry = try PoolingGeometry(&reader, dilates: true)
  }

  func build(
    _ inputs: [ValueID], at place: LayerPlace, in model: inout ModelBuilder
  ) throws(ModelFileError) -> ValueID {
    try model.apply(MaxPool2d(geometry), to: inputs, at: place)
  }
}

/// `torch.nn.AvgPool2d`: `kernel_size`, `stride`, `padding`, `ceil_mode`, `count_include_pad`,
/// `divisor_override`.
struct AvgPool2dLayer: LayerDefinition {
  static let type = "AvgPool2d"

  let geometry: PoolingGeometry
  let countsPadding: Bool
  let divisor: Int?

  init(_ reader: inout ObjectReader) throws(ModelFileError) {
    geometry = try PoolingGeometry(&reader, dilates: false)
    countsPadding = try reader.bool("count_include_pad", default: true)
    divisor = try reader.optionalInt("divisor_override", in: 1...LayerLimits.size)
  }

  func build(
    _ inputs: [ValueID], at place: LayerPlace, in model: inout ModelBuilder
  ) throws(ModelFileError) -> ValueID {
    let primitive = AvgPool2d(geometry, countsPadding: countsPadding, divisor: divisor)
    return try model.apply(primitive, to: inputs, at: place)
  }
}

/// `torch.nn.AdaptiveAvgPool2d`: `output_size`, a number or two, null for the input's.
struct AdaptiveAvgPool2dLayer: LayerDefinition {
  static let type = "AdaptiveAvgPool2d"

  let sizes: [Int?]

  init(_ reader: inout ObjectReader) throws(ModelFileError) {
    guard let value = reader.value("output_size") else {
      throw reader.missing("output_size", "one or two integers")
    }
    let path = reader.path(of: "output_size")
    func size(_ value: JSONValue, _ path: String) throws(ModelFileError) -> Int? {
      if case .null = value { return nil }
      return try value.integer(in: 1...LayerLimits.extent, at: path)
    }
    guard case .array(let items) = value else {
      let size = try size(value, path)
      sizes = [size, size]
      return
    }
    guard items.count == 2 else {
      throw ModelFileError(path, "expected a number or 2 of them, found \(items.count)")
    }
    sizes = [try size(items[0], path + "[0]"), try size(items[1], path + "[1]")]
  }

  func build(
    _ inputs: [ValueID], at place: LayerPlace, in model: inout ModelBuilder
  ) throws(ModelFileError) -> ValueID {
    try model.apply(AdaptiveAvgPool2d(sizes: sizes), to: inputs, at: place)
  }
}
