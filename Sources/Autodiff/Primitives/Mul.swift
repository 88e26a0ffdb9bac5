/// The product of two tensors, element by element, stretched to a common shape by NumPy's rules.
///
///     y = a ∘ b        ∂a = ∂y ∘ b,  ∂b = ∂y ∘ a
///
/// each summed over the dimensions in which it was stretched.
public struct Mul: Combination {
  public static let name = "Mul"

  public var rule: Rule { Rule("y = a · b", backward: "∂a = ∂y · b, ∂b = ∂y · a") }

  /// It has no options.
  public init() {}

  var function: Pairwise { .product }

  public func saved(of operands: [Shape], result: Shape, wanted: [Bool]) -> Saved {
    Saved(operands: (wanted[1] ? [0] : []) + (wanted[0] ? [1] : []))
  }
}

// MARK: - Shapes and cost

extension Mul {
  public func cost(of operands: [Shape], result: Shape, wanted: [Bool]) -> Cost {
    let products = wanted.count { $0 }
    let sums = zip(operands, wanted).count { $1 && $0.elementCount < result.elementCount }
    return Cost(
      forward: result.elementCount, backward: (products + sums) * result.elementCount)
  }
}

// MARK: - Forward and backward

extension Mul {
  public func backward(_ site: BackwardSite) throws(KernelError) -> [Kernel] {
    var kernels: [Kernel] = []
    for (position, target) in site.targets.enumerated() {
      guard let target else { continue }
      let other = site.operands[1 - position]
      if target.operand.shape == site.upstream.shape {
        kernels += try site.kernels.combine(
          .product, site.upstream, other, into: target.operand, accumulates: target.accumulates)
      } else {
        let whole = site.kernels.temporary(site.upstream.shape)
        kernels += try site.kernels.combine(.product, site.upstream, other, into: whole)
        kernels.append(site.kernels.reduce(whole, into: target))
      }
    }
    return kernels
  }
}
