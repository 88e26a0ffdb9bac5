/// The difference of two tensors, stretched to a common shape by NumPy's rules.
///
///     y = a - b        ∂a = ∂y,  ∂b = -∂y
///
/// each summed over the dimensions in which it was stretched.
public struct Sub: Primitive, FusesActivation {
  public static let name = "Sub"

  public var rule: Rule { Rule("y = a - b", backward: "∂a = ∂y, ∂b = -∂y") }

  /// It has no options.
  public init() {}

  public var unitDimension: UnitDimension { .inherited }

  public var layoutUse: LayoutUse { .elementwise }

  public func saved(of operands: [Shape], result: Shape, wanted: [Bool]) -> Saved { .nothing }

  public func resultShape(of operands: [Shape]) throws(ShapeError) -> Shape {
    try broadcastShape(operands, Self.name)
  }

  public func handsOn(_ position: Int, of operands: [Shape], result: Shape) -> Bool {
    position == 0 && operands[0].elementCount == result.elementCount
  }

  public func cost(of operands: [Shape], result: Shape, wanted: [Bool]) -> Cost {
    Add().cost(of: operands, result: result, wanted: wanted)
  }

  public func forward(_ site: ForwardSite) throws(KernelError) -> [Kernel] {
    try combined(site, nil)
  }

  func forward(_ site: ForwardSite, _ activation: Elementwise) throws(KernelError) -> [Kernel] {
    try combined(site, activation)
  }

  private func combined(
    _ site: ForwardSite, _ activation: Elementwise?
  ) throws(KernelError) -> [Kernel] {
    try site.kernels.combineStretched(
      .difference, site.operands[0], site.operands[1], into: site.result, activation: activation)
  }

  public func backward(_ site: BackwardSite) throws(KernelError) -> [Kernel] {
    var kernels: [Kernel] = []
    for (target, sign) in zip(site.targets, [Float(1), -1]) {
      guard let target else { continue }
      kernels += try site.kernels.passOn(site.upstream, to: target, scale: sign)
    }
    return kernels
  }
}
