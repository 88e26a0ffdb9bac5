/// Swaps two dimensions.
///
///     y[…, j, …, i, …] = x[…, i, …, j, …]        ∂x: ∂y with the same dimensions swapped
///
/// `torch.transpose`, with the elements moved.
public struct Transpose: Primitive {
  public static let name = "Transpose"

  public var rule: Rule { Rule("y = xᵀ", backward: "∂x = ∂yᵀ") }

  /// The two; negative ones count from the last.
  public let dimensions: (Int, Int)

  /// Swaps these.
  public init(_ first: Int, _ second: Int) { dimensions = (first, second) }

  public func saved(of operands: [Shape], result: Shape, wanted: [Bool]) -> Saved { .nothing }

  public func resultShape(of operands: [Shape]) throws(ShapeError) -> Shape {
    let x = operands[0]
    var sizes = x.sizes
    sizes.swapAt(
      try x.axis(dimensions.0, for: Self.name), try x.axis(dimensions.1, for: Self.name))
    return Shape(sizes)
  }

  public func view(_ operand: Shape, strides: [Int], as result: Shape) -> [Int]? {
    var strides = strides
    let axes = axes(operand.rank)
    strides.swapAt(axes.0, axes.1)
    return strides
  }

  public func cost(of operands: [Shape], result: Shape, wanted: [Bool]) -> Cost {
    Cost(forward: 0, backward: 0)
  }

  public func forward(_ site: ForwardSite) throws(KernelError) -> [Kernel] {
    [
      swap(
        site.operands[0], into: GradientTarget(operand: site.result, accumulates: false),
        site.kernels)
    ]
  }

  public func backward(_ site: BackwardSite) throws(KernelError) -> [Kernel] {
    site.targets[0].map { [swap(site.upstream, into: $0, site.kernels)] } ?? []
  }

  private func swap(_ x: Operand, into y: GradientTarget, _ kernels: KernelFactory) -> Kernel {
    var strides = x.shape.strides
    let axes = axes(x.shape.rank)
    strides.swapAt(axes.0, axes.1)
    return kernels.gather(x.tensor, StridedWalk(y.operand.shape, strides: strides), into: y)
  }

  private func axes(_ rank: Int) -> (Int, Int) {
    (
      dimensions.0 < 0 ? dimensions.0 + rank : dimensions.0,
      dimensions.1 < 0 ? dimensions.1 + rank : dimensions.1
    )
  }
}
