/// The quotient of two tensors, stretched to a common shape by NumPy's rules.
///
///     y = a / b        ∂a = ∂y / b,  ∂b = -∂y ∘ y / b
///
/// each summed over the dimensions in which it was stretched.
public struct Div: Combination {
  public static let name = "Div"

  public var rule: Rule { Rule("y = a / b", backward: "∂a = ∂y / b, ∂b = -∂y · y / b") }

  /// It has no options.
  public init() {}

  var function: Pairwise { .quotient }

  public func saved(of operands: [Shape], result: Shape, wanted: [Bool]) -> Saved {
    Saved(operands: wanted.contains(true) ? [1] : [], result: wanted[1])
  }
}

// MARK: - Shapes and cost

extension Div {
  /// Backward could do with the result, but PyTorch keeps both operands.
  public func keptByPyTorch(of operands: [Shape], result: Shape, wanted: [Bool]) -> Saved {
    Saved(operands: (wanted[1] ? [0] : []) + [1])
  }

  public func cost(of operands: [Shape], result: Shape, wanted: [Bool]) -> Cost {
    let passes = (wanted[0] ? 1 : 0) + (wanted[1] ? 3 : 0)
    return Cost(forward: result.elementCount, backward: passes * result.elementCount)
  }
}

// MARK: - Forward and backward

extension Div {
  public func backward(_ site: BackwardSite) throws(KernelError) -> [Kernel] {
    let (b, whole) = (site.operands[1], site.upstream.shape)
    var kernels: [Kernel] = []
    if let da = site.targets[0] {
      let part = site.kernels.temporary(whole)
      kernels += try site.kernels.combine(.quotient, site.upstream, b, into: part)
      kernels += try site.kernels.passOn(part, to: da)
    }
    if let db = site.targets[1] {
      let (product, part) = (site.kernels.temporary(whole), site.kernels.temporary(whole))
      kernels += try site.kernels.combine(.product, site.upstream, site.result, into: product)
      kernels += try site.kernels.combine(.quotient, product, b, into: part)
      kernels += try site.kernels.passOn(part, to: db, scale: -1)
    }
    return kernels
  }
}
