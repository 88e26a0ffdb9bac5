/// Tensors one behind the other along a dimension.
///
///     y = [a | b | …]        ∂a, ∂b, …: their parts of ∂y
///
/// `torch.cat`.
public struct Concat: Primitive {
  public static let name = "Concat"

  public var rule: Rule { Rule("y = [a | b]", backward: "[∂a | ∂b] = ∂y") }

  /// Which dimension; a negative one counts from the last.
  public let dimension: Int

  /// Operands are those to be joined along `dimension`.
  public init(dimension: Int) { self.dimension = dimension }

  public var unitDimension: UnitDimension { .inherited }

  public func saved(of operands: [Shape], result: Shape, wanted: [Bool]) -> Saved { .nothing }

  public func resultShape(of operands: [Shape]) throws(ShapeError) -> Shape {
    let axis = try operands[0].axis(dimension, for: Self.name)
    var sizes = operands[0].sizes
    for operand in operands.dropFirst() {
      var expected = operand.sizes
      if expected.count == sizes.count { expected[axis] = sizes[axis] }
      guard expected == sizes else {
        throw ShapeError(
          Self.name,
          "shapes \(operands[0]) and \(operand) differ in more than dimension \(dimension)")
      }
      sizes[axis] += operand.sizes[axis]
    }
    return Shape(sizes)
  }

  public func cost(of operands: [Shape], result: Shape, wanted: [Bool]) -> Cost {
    Cost(forward: 0, backward: 0)
  }

  public func forward(_ site: ForwardSite) throws(KernelError) -> [Kernel] {
    zip(site.operands, walks(site.operands, in: site.result.shape)).map { operand, walk in
      site.kernels.scatter(operand.tensor, walk, into: site.result.tensor, accumulates: false)
    }
  }

  public func backward(_ site: BackwardSite) throws(KernelError) -> [Kernel] {
    zip(site.targets, walks(site.operands, in: site.upstream.shape)).compactMap { target, walk in
      target.map { site.kernels.gather(site.upstream.tensor, walk, into: $0) }
    }
  }

  /// Where each operand stands in the result.
  private func walks(_ operands: [Operand], in whole: Shape) -> [StridedWalk] {
    let axis = dimension < 0 ? dimension + whole.rank : dimension
    var start = 0
    return operands.map { operand in
      defer { start += operand.shape.sizes[axis] }
      return StridedWalk(
        operand.shape, strides: whole.strides, offset: start * whole.strides[axis])
    }
  }
}
