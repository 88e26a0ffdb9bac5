/// The sum of two tensors, stretched to a common shape by NumPy's rules.
///
///     y = a + b        ∂a = ∂y,  ∂b = ∂y
///
/// each summed over the dimensions in which it was stretched. The two ways that meet in the sum are
/// why a residual connection shortens the gradient's path: ∂y reaches `a` undiminished.
public struct Add: Combination {
  public static let name = "Add"

  public var rule: Rule { Rule("y = a + b", backward: "∂a = ∂y, ∂b = ∂y") }

  /// It has no options.
  public init() {}

  var function: Pairwise { .sum }

  public func bfloat16Operands(_ operands: [Shape], _ result: Shape) -> [Bool]? {
    operands.allSatisfy { $0 == result } ? operands.map { _ in true } : nil
  }

  public func saved(of operands: [Shape], result: Shape, wanted: [Bool]) -> Saved { .nothing }
}

// MARK: - Shapes and cost

extension Add {
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
  public func backward(_ site: BackwardSite) throws(KernelError) -> [Kernel] {
    var kernels: [Kernel] = []
    for case let target? in site.targets {
      kernels += try site.kernels.passOn(site.upstream, to: target)
    }
    return kernels
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
  /// y = f(a ∘ b) with both stretched as needed.
  func combineStretched(
    _ function: Pairwise, _ a: Operand, _ b: Operand, into y: Operand,
    activation: Elementwise? = nil
  ) throws(KernelError) -> [Kernel] {
    if a.shape == y.shape { return try combine(function, a, b, into: y, activation: activation) }
    if b.shape == y.shape, function.isCommutative {
      return try combine(function, b, a, into: y, activation: activation)
    }
    let whole = temporary(y.shape)
    return [stretch(a, into: GradientTarget(operand: whole, accumulates: false))]
      + (try combine(function, whole, b, into: y, activation: activation))
  }

  /// Hands a gradient on, times `scale`, summed over what was stretched.
  func passOn(
    _ gradient: Operand, to target: GradientTarget, scale: Float = 1
  ) throws(KernelError) -> [Kernel] {
    guard gradient.shape.elementCount == target.operand.shape.elementCount else {
      return [reduce(gradient, into: target, scale: scale)]
    }
    if scale == 1 { return try handOn(gradient, to: target) }
    return [copy(gradient.tensor, into: target, scale: scale)]
  }

  /// y = x (+ y), whatever their shapes; both are of one type and stand in one order.
  func handOn(_ x: Operand, to target: GradientTarget) throws(KernelError) -> [Kernel] {
    let y = target.operand
    guard y.type != .float32 else { return [copy(x.tensor, into: target)] }
    var source = y
    source.tensor = x.tensor
    return target.accumulates ? try combine(.sum, y, source, into: y) : try reorder(source, into: y)
  }
}
