/// One slice of a dimension.
///
///     y = x[…, i, …]        ∂x = ∂y at i, 0 elsewhere
///
/// `torch.select`.
public struct Select: Primitive {
  public static let name = "Select"

  public var rule: Rule { Rule("y = x[\(index)]", backward: "∂x[\(index)] = ∂y, 0 elsewhere") }

  /// Which dimension; a negative one counts from the last.
  public let dimension: Int
  /// i; a negative one counts from the end.
  public let index: Int

  /// Slice `index` of `dimension`.
  public init(dimension: Int, index: Int) {
    self.dimension = dimension
    self.index = index
  }

  public func saved(of operands: [Shape], result: Shape, wanted: [Bool]) -> Saved { .nothing }

  public func resultShape(of operands: [Shape]) throws(ShapeError) -> Shape {
    let x = operands[0]
    var sizes = x.sizes
    let size = sizes.remove(at: try x.axis(dimension, for: Self.name))
    guard (-size..<size).contains(index) else {
      throw ShapeError(
        Self.name, "index \(index) does not exist in dimension \(dimension) of shape \(x)")
    }
    return Shape(sizes)
  }

  public func view(_ operand: Shape, strides: [Int], as result: Shape) -> [Int]? {
    var strides = strides
    strides.remove(at: dimension < 0 ? dimension + operand.rank : dimension)
    return strides
  }

  public func cost(of operands: [Shape], result: Shape, wanted: [Bool]) -> Cost {
    Cost(forward: 0, backward: 0)
  }

  public func forward(_ site: ForwardSite) throws(KernelError) -> [Kernel] {
    let target = GradientTarget(operand: site.result, accumulates: false)
    return [
      site.kernels.gather(site.operands[0].tensor, walk(site.operands[0].shape), into: target)
    ]
  }

  public func backward(_ site: BackwardSite) throws(KernelError) -> [Kernel] {
    guard let target = site.targets[0] else { return [] }
    let dx = target.operand
    let clear = site.kernels.fill(dx.tensor, count: dx.shape.elementCount, with: 0)
    return (target.accumulates ? [] : [clear]) + [
      site.kernels.scatter(
        site.upstream.tensor, walk(dx.shape), into: dx.tensor, accumulates: true)
    ]
  }

  private func walk(_ x: Shape) -> StridedWalk {
    let axis = dimension < 0 ? dimension + x.rank : dimension
    var (sizes, strides) = (x.sizes, x.strides)
    let size = sizes.remove(at: axis)
    let stride = strides.remove(at: axis)
    let offset = (index < 0 ? index + size : index) * stride
    return StridedWalk(Shape(sizes), strides: strides, offset: offset)
  }
}
