/// A sum over dimensions times a factor that depends on the number of summands.
protocol Reduction: Primitive {
  /// Which dimensions; nil: all.
  var dimensions: [Int]? { get }

  /// Whether they stay, with size 1.
  var keepsDimensions: Bool { get }

  /// What the sum of so many numbers is multiplied by.
  func scale(_ summands: Int) -> Float
}

extension Reduction {
  public func resultShape(of operands: [Shape]) throws(ShapeError) -> Shape {
    let sizes = operands[0].sizes
    let reduced = try reducedAxes(of: operands[0])
    return Shape(
      sizes.indices.compactMap { axis in
        reduced.contains(axis) ? (keepsDimensions ? 1 : nil) : sizes[axis]
      })
  }

  public func cost(of operands: [Shape], result: Shape, wanted: [Bool]) -> Cost {
    Cost(forward: operands[0].elementCount, backward: operands[0].elementCount)
  }

  public func saved(of operands: [Shape], result: Shape, wanted: [Bool]) -> Saved { .nothing }

  public func forward(_ site: ForwardSite) throws(KernelError) -> [Kernel] {
    let x = site.operands[0]
    let y = Operand(tensor: site.result.tensor, shape: keptShape(of: x.shape))
    return [
      site.kernels.reduce(
        x, into: GradientTarget(operand: y, accumulates: false), scale: factor(x.shape, y.shape))
    ]
  }

  public func backward(_ site: BackwardSite) throws(KernelError) -> [Kernel] {
    guard let target = site.targets[0] else { return [] }
    let kept = keptShape(of: target.operand.shape)
    let upstream = Operand(tensor: site.upstream.tensor, shape: kept)
    return [
      site.kernels.stretch(upstream, into: target, scale: factor(target.operand.shape, kept))
    ]
  }

  /// The result's shape with the reduced dimensions kept.
  private func keptShape(of shape: Shape) -> Shape {
    let reduced = (try? reducedAxes(of: shape)) ?? []
    return Shape(shape.sizes.indices.map { reduced.contains($0) ? 1 : shape.sizes[$0] })
  }

  private func factor(_ x: Shape, _ y: Shape) -> Float {
    let summands = y.elementCount == 0 ? 1 : x.elementCount / y.elementCount
    return scale(summands)
  }

  private func reducedAxes(of shape: Shape) throws(ShapeError) -> Set<Int> {
    guard let dimensions else { return Set(shape.sizes.indices) }
    var axes: Set<Int> = []
    for dimension in dimensions {
      guard axes.insert(try shape.axis(dimension, for: Self.name)).inserted else {
        throw ShapeError(
          Self.name, "dimensions \(dimensions) of an input of shape \(shape) name one twice")
      }
    }
    return axes
  }
}
