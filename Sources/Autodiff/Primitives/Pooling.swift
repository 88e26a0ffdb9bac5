/// A pooling of images: each output is made of the window of the input around its place.
///
/// Inputs are `[N, C, H, W]`, or `[N, H, W]` for one channel.
protocol Pooling: Primitive {
  /// The sizes of a window, for messages: `2×2`.
  var window: String { get }

  /// The windows over an input; nil where none fits.
  func windows(over input: Shape) -> PoolingWindows?
}

extension Pooling {
  public var unitDimension: UnitDimension { .channels }

  public var layoutUse: LayoutUse { .free }

  public func resultShape(of operands: [Shape]) throws(ShapeError) -> Shape {
    let x = operands[0]
    guard x.rank == 3 || x.rank == 4 else {
      throw ShapeError(Self.name, "an input of shape \(x) is not [N, C, height, width]")
    }
    guard let windows = windows(over: x) else {
      throw ShapeError(Self.name, "no window of \(window) fits into an input of shape \(x)")
    }
    return Shape(x.sizes.dropLast(2) + [windows.rows.count, windows.columns.count])
  }

  /// Windows that are known to fit: the shape has been checked.
  func knownWindows(over input: Shape) -> PoolingWindows {
    windows(over: input)
      ?? PoolingWindows(
        rows: PoolingAxis(input: 0, output: 0), columns: PoolingAxis(input: 0, output: 0))
  }

  /// How many input elements all windows cover together.
  func covered(_ input: Shape) -> Int {
    Cost.product(input.sizes.dropLast(2).reduce(1, *), knownWindows(over: input).covered)
  }
}

/// The windows of a pooling: heights and widths.
public struct PoolingGeometry: Equatable, Sendable {
  /// Sizes of a window.
  public var kernel: [Int]
  /// How far apart windows are.
  public var strides: [Int]
  /// How far the first window reaches out of the input, on both sides.
  public var padding: [Int]
  /// How far apart the elements of a window are.
  public var dilations: [Int]
  /// Whether a last window that does not fit as a whole counts.
  public var ceil: Bool

  /// Windows of `kernel`, `strides` apart: nil: side by side.
  public init(
    kernel: [Int], strides: [Int]? = nil, padding: [Int] = [0, 0], dilations: [Int] = [1, 1],
    ceil: Bool = false
  ) {
    self.kernel = kernel
    self.strides = strides ?? kernel
    self.padding = padding
    self.dilations = dilations
    self.ceil = ceil
  }

  func windows(over input: Shape) -> PoolingWindows? {
    let sizes = input.sizes.suffix(2)
    let axes = zip(sizes, 0...).map { size, axis in
      PoolingAxis(
        input: size, kernel: kernel[axis], stride: strides[axis], padding: padding[axis],
        dilation: dilations[axis], ceil: ceil)
    }
    guard let rows = axes[0], let columns = axes[1] else { return nil }
    return PoolingWindows(rows: rows, columns: columns)
  }
}

/// Pooling that divides the sum of each window by a number of its own.
protocol AveragePooling: Pooling {
  /// n of each window.
  func divisors(_ windows: PoolingWindows) -> PoolingDivisors
}

extension AveragePooling {
  public func saved(of operands: [Shape], result: Shape, wanted: [Bool]) -> Saved { .nothing }

  public func cost(of operands: [Shape], result: Shape, wanted: [Bool]) -> Cost {
    let count = covered(operands[0]) + result.elementCount
    return Cost(forward: count, backward: count)
  }

  public func forward(_ site: ForwardSite) throws(KernelError) -> [Kernel] {
    let windows = knownWindows(over: site.operands[0].shape)
    return [
      site.kernels.averagePool(
        site.operands[0], into: site.result, divisors: divisors(windows), windows)
    ]
  }

  public func backward(_ site: BackwardSite) throws(KernelError) -> [Kernel] {
    guard let target = site.targets[0] else { return [] }
    let windows = knownWindows(over: target.operand.shape)
    return [
      site.kernels.averagePoolBackward(
        site.upstream, into: target, divisors: divisors(windows), windows)
    ]
  }
}
