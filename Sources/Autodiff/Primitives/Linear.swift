/// A product with a weight matrix, and a shift.
///
///     y = x Wᵀ + b
///
/// with x `[…, in]`, W `[out, in]`, b `[out]`. Write `∂a` for the gradient of the loss with respect
/// to `a`, and read x and ∂y as matrices of rows:
///
///     ∂x = ∂y W        ∂W = ∂yᵀ x        ∂b = Σ over rows of ∂y
///
/// Goodfellow, Bengio and Courville, "Deep Learning" (2016), section 6.5.6; `torch.nn.Linear`.
public struct Linear: Primitive {
  public static let name = "Linear"

  public var rule: Rule { Rule("y = x Wᵀ + b", backward: "∂x = ∂y W, ∂W = ∂yᵀ x, ∂b = Σ ∂y") }

  /// Operands are x, W and, with a bias, b.
  public init() {}

  public var isProduct: Bool { true }

  public func bfloat16Operands(_ operands: [Shape], _ result: Shape) -> [Bool]? {
    operands.map { _ in true }
  }

  public func saved(of operands: [Shape], result: Shape, wanted: [Bool]) -> Saved {
    // x for ∂W, W for ∂x.
    Saved(operands: (wanted[1] ? [0] : []) + (wanted[0] ? [1] : []))
  }
}

// MARK: - Shapes and cost

extension Linear {
  public func resultShape(of operands: [Shape]) throws(ShapeError) -> Shape {
    let (x, weight) = (operands[0], operands[1])
    guard let features = x.sizes.last, weight.rank == 2, weight.sizes[1] == features else {
      throw ShapeError(
        Self.name, "an input of shape \(x) does not fit a weight of shape \(weight) [out, in]")
    }
    if operands.count > 2, operands[2] != [weight.sizes[0]] {
      throw ShapeError(
        Self.name, "a bias of shape \(operands[2]) does not fit a weight of shape \(weight)")
    }
    return Shape(x.sizes.dropLast() + [weight.sizes[0]])
  }

  public func cost(of operands: [Shape], result: Shape, wanted: [Bool]) -> Cost {
    let product = 2 * operands[0].elementCount * result.width
    let shift = operands.count > 2 ? result.elementCount : 0
    let products = (wanted[0] ? 1 : 0) + (wanted[1] ? 1 : 0)
    let sums = operands.count > 2 && wanted[2] ? shift : 0
    return Cost(forward: product + shift, backward: products * product + sums)
  }
}

// MARK: - Forward

extension Linear: FusesActivation {
  public func forward(_ site: ForwardSite) throws(KernelError) -> [Kernel] {
    try product(site, nil)
  }

  func forward(_ site: ForwardSite, _ activation: Elementwise) throws(KernelError) -> [Kernel] {
    try product(site, activation)
  }

  private func product(
    _ site: ForwardSite, _ activation: Elementwise?
  ) throws(KernelError) -> [Kernel] {
    let bias = site.operands.count > 2 ? site.operands[2] : nil
    return try site.kernels.product(
      Matrix(site.operands[0]), Matrix(site.operands[1]).transposed, bias: bias,
      into: Matrix(site.result), activation: activation)
  }
}

// MARK: - Backward

extension Linear {
  public func backward(_ site: BackwardSite) throws(KernelError) -> [Kernel] {
    let (x, w, dy) =
      (Matrix(site.operands[0]), Matrix(site.operands[1]), Matrix(site.upstream))
    var kernels: [Kernel] = []
    if let dw = site.targets[1] {
      kernels += try site.kernels.product(
        dy.transposed, x, into: Matrix(dw.operand), accumulates: dw.accumulates)
    }
    if site.targets.count > 2, let db = site.targets[2] {
      kernels.append(
        site.kernels.sumOfRows(
          dy.tensor, dy.type, rows: dy.rows, width: dy.columns, into: db))
    }
    if let dx = site.targets[0] {
      kernels += try site.kernels.product(
        dy, w, into: Matrix(dx.operand), accumulates: dx.accumulates)
    }
    return kernels
  }
}
