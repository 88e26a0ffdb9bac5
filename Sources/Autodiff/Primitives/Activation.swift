/// An activation: one function applied to each element, y = f(x), ∂x = ∂y ∘ f'(x).
///
/// A conformer states its function and costs; oneDNN has kernels for both directions.
protocol Activation: Primitive {
  /// What is applied.
  var function: Elementwise { get }

  /// Floating-point operations for one element.
  var costPerElement: Cost { get }
}

extension Activation {
  public var unitDimension: UnitDimension { .inherited }

  public var layoutUse: LayoutUse { .elementwise }

  public var isPointwise: Bool { true }

  public func bfloat16Operands(_ operands: [Shape], _ result: Shape) -> [Bool]? {
    [true]
  }

  public func resultShape(of operands: [Shape]) throws(ShapeError) -> Shape { operands[0] }

  public func cost(of operands: [Shape], result: Shape, wanted: [Bool]) -> Cost {
    let count = result.elementCount
    return Cost(
      forward: costPerElement.forward * count, backward: costPerElement.backward * count)
  }

  public func saved(of operands: [Shape], result: Shape, wanted: [Bool]) -> Saved {
    function.usesResult ? Saved(result: true) : Saved(operands: [0])
  }

  public func forward(_ site: ForwardSite) throws(KernelError) -> [Kernel] {
    try site.kernels.apply(function, to: site.operands[0], into: site.result)
  }

  public func backward(_ site: BackwardSite) throws(KernelError) -> [Kernel] {
    guard let target = site.targets[0] else { return [] }
    let kept = function.usesResult ? site.result : site.operands[0]
    return try site.kernels.applyDerivative(
      of: function, at: kept, to: site.upstream, into: target)
  }
}
