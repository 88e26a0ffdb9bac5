/// The product of matrices: the last two dimensions, for each index of the ones before.
///
///     y = a b        ∂a = ∂y bᵀ,  ∂b = aᵀ ∂y
///
/// with a `[…, n, k]`, b `[…, k, m]`; leading dimensions are stretched to a common shape by NumPy's
/// rules, and the gradients summed over those that were. `torch.matmul` of tensors with at least two
/// dimensions.
public struct MatMul: Primitive {
  public static let name = "MatMul"

  public var rule: Rule { Rule("y = a b", backward: "∂a = ∂y bᵀ, ∂b = aᵀ ∂y") }

  /// Operands are a and b.
  public init() {}

  public var isProduct: Bool { true }

  public func bfloat16Operands(_ operands: [Shape], _ result: Shape) -> [Bool]? {
    let (a, b) = (operands[0], operands[1])
    // Where a matrix is stretched over the batch, its gradients are summed in float32.
    let isWhole = b.rank == 2 || a.sizes.dropLast(2) == b.sizes.dropLast(2)
    return isWhole ? [true, true] : nil
  }

  public func saved(of operands: [Shape], result: Shape, wanted: [Bool]) -> Saved {
    Saved(operands: (wanted[1] ? [0] : []) + (wanted[0] ? [1] : []))
  }
}

// MARK: - Shapes and cost

extension MatMul {
  public func resultShape(of operands: [Shape]) throws(ShapeError) -> Shape {
    let (a, b) = (operands[0], operands[1])
    guard a.rank >= 2, b.rank >= 2, a.width == b.sizes[b.rank - 2],
      let batch = Shape(Array(a.sizes.dropLast(2))).broadcast(
        with: Shape(Array(b.sizes.dropLast(2))))
    else {
      throw ShapeError(Self.name, "matrices of shapes \(a) and \(b) cannot be multiplied")
    }
    return Shape(batch.sizes + [a.sizes[a.rank - 2], b.width])
  }

  public func cost(of operands: [Shape], result: Shape, wanted: [Bool]) -> Cost {
    let product = 2 * result.elementCount * operands[0].width
    return Cost(forward: product, backward: wanted.count { $0 } * product)
  }
}

// MARK: - Forward and backward

extension MatMul {
  public func forward(_ site: ForwardSite) throws(KernelError) -> [Kernel] {
    let (a, b, y) = (site.operands[0], site.operands[1], site.result)
    if b.shape.rank == 2 {
      // One matrix for all: the rows of a make one matrix too.
      return try site.kernels.product(Matrix(a), Matrix(b), into: Matrix(y))
    }
    let rank = y.shape.rank
    return try site.kernels.products(
      Matrices(a, rank: rank), Matrices(b, rank: rank), into: Matrices(y, rank: rank))
  }

  public func backward(_ site: BackwardSite) throws(KernelError) -> [Kernel] {
    let (a, b, dy) = (site.operands[0], site.operands[1], site.upstream)
    var kernels: [Kernel] = []
    if b.shape.rank == 2 {
      if let da = site.targets[0] {
        kernels += try site.kernels.product(
          Matrix(dy), Matrix(b).transposed, into: Matrix(da.operand), accumulates: da.accumulates)
      }
      if let db = site.targets[1] {
        kernels += try site.kernels.product(
          Matrix(a).transposed, Matrix(dy), into: Matrix(db.operand), accumulates: db.accumulates)
      }
      return kernels
    }
    let rank = dy.shape.rank
    if let da = site.targets[0] {
      kernels += try summed(da, over: dy.shape, site.kernels) { target throws(KernelError) in
        try site.kernels.products(
          Matrices(dy, rank: rank), Matrices(b, rank: rank).transposed,
          into: Matrices(target.operand, rank: rank), accumulates: target.accumulates)
      }
    }
    if let db = site.targets[1] {
      kernels += try summed(db, over: dy.shape, site.kernels) { target throws(KernelError) in
        try site.kernels.products(
          Matrices(a, rank: rank).transposed, Matrices(dy, rank: rank),
          into: Matrices(target.operand, rank: rank), accumulates: target.accumulates)
      }
    }
    return kernels
  }

  /// Makes a gradient for every matrix of the batch and, where the operand was stretched, sums.
  private func summed(
    _ target: GradientTarget, over result: Shape, _ factory: KernelFactory,
    _ make: (GradientTarget) throws(KernelError) -> [Kernel]
  ) throws(KernelError) -> [Kernel] {
    let shape = target.operand.shape
    let whole = Shape(result.sizes.dropLast(2) + shape.sizes.suffix(2))
    if whole.elementCount == shape.elementCount { return try make(target) }
    let part = factory.temporary(whole, .plain, target.operand.type)
    return try make(GradientTarget(operand: part, accumulates: false))
      + [factory.reduce(part, into: target)]
  }
}
