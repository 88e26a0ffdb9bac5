/// The sum of two tensors, stretched to a common shape by NumPy's rules.
///
///     y = a + b        ∂a = ∂y,  ∂b = ∂y
///
/// each summed over the dimensions in which it was stretched. The two ways that meet in the sum are
/// why a residual connection shortens the gradient's path: ∂y reaches `a` undiminished.
public struct Add: Primitive {
  public static let name = "Add"

  public var rule: Rule { Rule("y = a + b", backward: "∂a = ∂y, ∂b = ∂y") }

  /// It has no options.
  public init() {}

  public var unitDimension: UnitDimension { .inherited }

  public var layoutUse: LayoutUse { .elementwise }

  public func saved(of operands: [Shape], result: Shape, wanted: [Bool]) -> Saved { .nothing }
}

// MARK: - Shapes and cost

extension Add {
  public func resultShape(of operands: [Shape]) throws(ShapeError) -> Shape {
    try broadcastShape(operands, Self.name)
  }

  public func handsOn(_ position: Int, of operands: [Shape], result: Shape) -> Bool {
    operands[position].elementCount == result.elementCount
  }

  public func cost(of operands: [Shape], result: Shape, wanted: [Bool]) -> Cost {
    let sums = zip(operands, wanted).count { $1 && $0.elementCount < result.elementCount }
    return Cost(forward: result.elementCount, backward: sums * result.elementCount)
  }
}

// MARK: - Forward and backward

extension Add {
  public func forward(_ site: ForwardSite) throws(KernelError) -> [Kernel] {
    try site.kernels.combineStretched(.sum, site.operands[0], site.operands[1], into: site.result)
  }

  public func backward(_ site: BackwardSite) throws(KernelError) -> [Kernel] {
    site.targets.compactMap { target in
      target.map { site.kernels.passOn(site.upstream, to: $0) }
    }
  }
}

/// The common shape of two operands.
func broadcastShape(_ operands: [Shape], _ name: String) throws(ShapeError) -> Shape {
  guard let shape = operands[0].broadcast(with: operands[1]) else {
    throw ShapeError(name, "shapes \(operands[0]) and \(operands[1]) cannot be broadcast")
  }
  return shape
}

extension KernelFactory {
  /// y = a ∘ b with both stretched as needed.
  func combineStretched(
    _ function: Pairwise, _ a: Operand, _ b: Operand, into y: Operand
  ) throws(KernelError) -> [Kernel] {
    if a.shape == y.shape { return try combine(function, a, b, into: y) }
    if b.shape == y.shape, function.isCommutative { return try combine(function, b, a, into: y) }
    let whole = temporary(y.shape)
    return [stretch(a, into: GradientTarget(operand: whole, accumulates: false))]
      + (try combine(function, whole, b, into: y))
  }

  /// Hands a gradient on, times `scale`, summed over what was stretched.
  func passOn(_ gradient: Operand, to target: GradientTarget, scale: Float = 1) -> Kernel {
    gradient.shape.elementCount == target.operand.shape.elementCount
      ? copy(gradient.tensor, into: target, scale: scale)
      : reduce(gradient, into: target, scale: scale)
  }
}
