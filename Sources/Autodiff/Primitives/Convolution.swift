/// How the kernel of a convolution moves over its input: one number for each spatial dimension.
public struct ConvolutionGeometry: Equatable, Sendable {
  /// How far it moves from one output to the next.
  public var strides: [Int]
  /// Zeros before the first element.
  public var before: [Int]
  /// Zeros behind the last one.
  public var after: [Int]
  /// How far apart neighbouring elements of the kernel are in the input.
  public var dilations: [Int]
  /// Input and output channels form so many groups, each of which sees its own inputs only.
  public var groups: Int

  /// - Parameter padding: Zeros on both sides.
  public init(strides: [Int], padding: [Int], dilations: [Int], groups: Int = 1) {
    self.init(
      strides: strides, before: padding, after: padding, dilations: dilations, groups: groups)
  }

  /// Zeros on each side.
  public init(
    strides: [Int], before: [Int], after: [Int], dilations: [Int], groups: Int = 1
  ) {
    self.strides = strides
    self.before = before
    self.after = after
    self.dilations = dilations
    self.groups = groups
  }

  /// The sizes of the output for an input and a kernel; nil where the kernel does not fit.
  func outputSizes(of input: ArraySlice<Int>, kernel: ArraySlice<Int>) -> [Int]? {
    var sizes: [Int] = []
    for (axis, (size, width)) in zip(input, kernel).enumerated() {
      let span = dilations[axis] * (width - 1) + 1
      let room = size + before[axis] + after[axis] - span
      guard room >= 0 else { return nil }
      sizes.append(room / strides[axis] + 1)
    }
    return sizes
  }
}

/// A convolution (cross-correlation, to be exact) over one or more spatial dimensions.
///
/// A conformer states how many dimensions there are; oneDNN has kernels for all directions.
protocol Convolution: ChoosesLayout, FusesActivation {
  /// How the kernel moves.
  var geometry: ConvolutionGeometry { get }
}

extension Convolution {
  public var unitDimension: UnitDimension { .channels }

  public var isProduct: Bool { true }

  public func bfloat16Operands(_ operands: [Shape], _ result: Shape) -> [Bool]? {
    operands.map { _ in true }
  }

  public var layoutUse: LayoutUse { .free }

  public func saved(of operands: [Shape], result: Shape, wanted: [Bool]) -> Saved {
    // x for ∂w, w for ∂x.
    Saved(operands: (wanted[1] ? [0] : []) + (wanted[0] ? [1] : []))
  }
}

// MARK: - Shapes and cost

extension Convolution {
  public func resultShape(of operands: [Shape]) throws(ShapeError) -> Shape {
    let (x, weight) = (operands[0], operands[1])
    let axes = geometry.strides.count
    let names = ["length"] + (axes > 1 ? ["width"] : [])
    guard x.rank == axes + 2 else {
      let form = axes == 1 ? "[N, C, \(names[0])]" : "[N, C, height, width]"
      throw ShapeError(Self.name, "an input of shape \(x) is not \(form)")
    }
    guard weight.rank == axes + 2, weight.sizes[1] * geometry.groups == x.sizes[1],
      weight.sizes[0] % geometry.groups == 0
    else {
      throw ShapeError(
        Self.name,
        "an input of shape \(x) does not fit a weight of shape \(weight) in \(geometry.groups) "
          + "groups")
    }
    if operands.count > 2, operands[2] != [weight.sizes[0]] {
      throw ShapeError(
        Self.name, "a bias of shape \(operands[2]) does not fit a weight of shape \(weight)")
    }
    let kernel = weight.sizes.dropFirst(2)
    guard let sizes = geometry.outputSizes(of: x.sizes.dropFirst(2), kernel: kernel) else {
      throw ShapeError(
        Self.name,
        "a kernel of \(Shape(Array(kernel))) with dilation \(Shape(geometry.dilations)) does not fit "
          + "into an input of shape \(x) with padding \(Shape(geometry.before))")
    }
    return Shape([x.sizes[0], weight.sizes[0]] + sizes)
  }

  public func cost(of operands: [Shape], result: Shape, wanted: [Bool]) -> Cost {
    let product = form(operands, result, .float32).flops
    let shift = operands.count > 2 ? result.elementCount : 0
    let products = (wanted[0] ? 1 : 0) + (wanted[1] ? 1 : 0)
    let sums = operands.count > 2 && wanted[2] ? shift : 0
    return Cost(forward: product + shift, backward: products * product + sums)
  }

  func preferredLayout(
    _ operands: [Shape], _ result: Shape, _ type: ElementType, _ kernels: KernelFactory
  ) throws(KernelError) -> ChannelLayout {
    try kernels.layout(of: form(operands, result, type))
  }

  private func form(
    _ operands: [Shape], _ result: Shape, _ type: ElementType
  ) -> ConvolutionForm {
    ConvolutionForm(operands[0], operands[1], result, geometry, type)
  }
}

// MARK: - Forward and backward

extension Convolution {
  public func forward(_ site: ForwardSite) throws(KernelError) -> [Kernel] {
    try convolved(site, nil)
  }

  func forward(_ site: ForwardSite, _ activation: Elementwise) throws(KernelError) -> [Kernel] {
    try convolved(site, activation)
  }

  private func convolved(
    _ site: ForwardSite, _ activation: Elementwise?
  ) throws(KernelError) -> [Kernel] {
    try site.kernels.convolve(
      site.operands[0], site.operands[1],
      bias: site.operands.count > 2 ? site.operands[2] : nil, into: site.result,
      form(site.operands.map(\.shape), site.result.shape, site.result.type),
      activation: activation)
  }

  public func backward(_ site: BackwardSite) throws(KernelError) -> [Kernel] {
    let form = form(site.operands.map(\.shape), site.upstream.shape, site.upstream.type)
    let (x, w, dy) = (site.operands[0], site.operands[1], site.upstream)
    var kernels: [Kernel] = []
    var db = site.targets.count > 2 ? site.targets[2] : nil
    if let dw = site.targets[1] {
      // oneDNN sums ∂b on the way, if it may overwrite.
      let shift = db.flatMap { $0.accumulates ? nil : $0.operand.tensor }
      kernels += try site.kernels.accumulating(into: dw) { dw throws(KernelError) in
        try site.kernels.convolveBackward(dy, x, intoWeights: dw.tensor, bias: shift, form)
      }
      if shift != nil { db = nil }
    }
    if let db {
      let exact = try site.kernels.inSinglePrecision(site.upstream, after: &kernels)
      kernels.append(site.kernels.sumOfChannels(exact, into: db))
    }
    if let dx = site.targets[0] {
      kernels += try site.kernels.accumulating(into: dx) { dx throws(KernelError) in
        try site.kernels.convolveBackward(dy, w, intoData: dx, form)
      }
    }
    return kernels
  }
}

extension KernelFactory {
  /// y = for each channel, Σ over samples and places of x `[N, C, …]` (+ y).
  func sumOfChannels(_ x: Operand, into target: GradientTarget) -> Kernel {
    let (samples, channels) = (x.shape.sizes[0], x.shape.sizes[1])
    let planes = ChannelPlanes(x, places: x.shape.sizes.dropFirst(2).reduce(1, *))
    let (y, accumulates) = (target.operand.tensor, target.accumulates)
    return loop(
      "sum of channels", reads: [x.tensor], writes: [y], count: channels,
      elements: x.shape.elementCount
    ) { addresses in
      let (x, y) = (addresses.floats(x.tensor), addresses.floats(y))
      return { range in
        for channel in range {
          var sum = 0.0
          for sample in 0..<samples {
            sum += LineSums.sum(
              x + planes.start(sample * channels + channel), count: planes.places,
              step: planes.step)
          }
          y[channel] = (accumulates ? y[channel] : 0) + Float(sum)
        }
      }
    }
  }
}
