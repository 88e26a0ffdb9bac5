internal import COneDNN

extension ChannelLayout {
  /// Blocks that oneDNN has formats for, with those of 3 and 4 dimensions.
  private static let formats: [(block: Int, tags: [dnnl_format_tag_t])] = [
    (8, [dnnl_aBc8b, dnnl_aBcd8b]), (16, [dnnl_aBc16b, dnnl_aBcd16b]),
  ]

  /// A tensor of `sizes` in this layout, as oneDNN describes it.
  func description(
    _ sizes: [Int], _ type: ElementType = .float32
  ) throws(KernelError) -> dnnl_memory_desc_t {
    guard block > 1 else { return try describe(sizes, type: type) }
    if let tags = Self.formats.first(where: { $0.block == block })?.tags, sizes.count < 5 {
      return try describe(sizes, format: tags[sizes.count - 3], type: type)
    }
    // All channels of a place side by side.
    let places = sizes.dropFirst(2)
    var strides = Shape(Array(places)).strides.map { $0 * sizes[1] }
    strides = [places.reduce(sizes[1], *), 1] + strides
    return try describe(sizes, strides: strides, type: type)
  }

  /// The layout of what `description` describes; nil where that is padded or something else.
  init?(
    _ description: dnnl_memory_desc_t, sizes: [Int], _ type: ElementType
  ) throws(KernelError) {
    guard (3...4).contains(sizes.count) else { return nil }
    for block in [1] + Self.formats.map(\.block) + [sizes[1]] where sizes[1] % block == 0 {
      let layout = ChannelLayout(block: block)
      let it = LaidOut(tensor: TensorID(index: 0), description: description)
      if it.stands(as: try layout.description(sizes, type)) {
        self = layout
        return
      }
    }
    return nil
  }
}

extension Operand {
  /// As oneDNN describes it; `sizes` says the same with other dimensions.
  func laidOut(_ sizes: [Int]? = nil) throws(KernelError) -> LaidOut {
    LaidOut(tensor: tensor, description: try layout.description(sizes ?? dimensions(shape), type))
  }
}

extension KernelFactory {
  /// y = x, each in its own layout, of its own type.
  func reorder(_ x: Operand, into y: Operand) throws(KernelError) -> [Kernel] {
    guard x.shape.elementCount > 0 else { return [] }
    let pointwise =
      x.layout == y.layout
      ? Pointwise([x, y], as: [DNNL_ARG_SRC, DNNL_ARG_DST]) { [self] count throws(KernelError) in
        try copier(
          describe([count], type: x.type), describe([count], type: y.type), threads: 1)
      } : nil
    return [try reorder(x.laidOut(), into: y.laidOut(), pointwise: pointwise)]
  }
}
