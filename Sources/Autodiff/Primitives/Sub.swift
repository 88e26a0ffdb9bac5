/// The difference of two tensors, stretched to a common shape by NumPy's rules.
///
///     y = a - b        ∂a = ∂y,  ∂b = -∂y
///
/// each summed over the dimensions in which it was stretched.
public struct Sub: Combination {
  public static let name = "Sub"

  public var rule: Rule { Rule("y = a - b", backward: "∂a = ∂y, ∂b = -∂y") }

  /// It has no options.
  public init() {}

  var function: Pairwise { .difference }

  public func saved(of operands: [Shape], result: Shape, wanted: [Bool]) -> Saved { .nothing }

  public func handsOn(_ position: Int, of operands: [Shape], result: Shape) -> Bool {
    position == 0 && operands[0].elementCount == result.elementCount
  }

  public func cost(of operands: [Shape], result: Shape, wanted: [Bool]) -> Cost {
    Add().cost(of: operands, result: result, wanted: wanted)
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
