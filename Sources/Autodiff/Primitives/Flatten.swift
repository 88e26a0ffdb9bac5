/// The same elements with all dimensions but the first ones made one.
///
///     y = x read as [n, …]        ∂x = ∂y read as x's shape
///
/// Nothing moves: the result is x's bytes. `torch.nn.Flatten`.
public struct Flatten: Primitive {
  public static let name = "Flatten"

  public var rule: Rule { Rule("y = x, reshaped", backward: "∂x = ∂y, reshaped") }

  /// The first dimension that is merged.
  public let start: Int
  /// The last one; negative counts from the end.
  public let end: Int

  /// Merges dimensions `start` to `end`.
  public init(start: Int = 1, end: Int = -1) {
    self.start = start
    self.end = end
  }

  public var isView: Bool { true }

  public func saved(of operands: [Shape], result: Shape, wanted: [Bool]) -> Saved { .nothing }

  public func resultShape(of operands: [Shape]) throws(ShapeError) -> Shape {
    let sizes = operands[0].sizes
    let (first, last) = (axis(start, sizes.count), axis(end, sizes.count))
    guard sizes.indices.contains(first), sizes.indices.contains(last), first <= last else {
      throw ShapeError(
        Self.name, "dimensions \(start) to \(end) do not exist in an input of shape \(operands[0])")
    }
    return Shape(
      sizes[..<first] + [sizes[first...last].reduce(1, *)] + sizes[(last + 1)...])
  }

  public func handsOn(_ position: Int, of operands: [Shape], result: Shape) -> Bool { true }

  public func cost(of operands: [Shape], result: Shape, wanted: [Bool]) -> Cost {
    Cost(forward: 0, backward: 0)
  }

  public func forward(_ site: ForwardSite) throws(KernelError) -> [Kernel] { [] }

  public func backward(_ site: BackwardSite) throws(KernelError) -> [Kernel] {
    guard let target = site.targets[0] else { return [] }
    return try site.kernels.handOn(site.upstream, to: target)
  }

  private func axis(_ dimension: Int, _ rank: Int) -> Int {
    dimension < 0 ? dimension + rank : dimension
  }
}
