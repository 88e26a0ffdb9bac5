/// The same elements in another shape; the first dimension, the batch, stays.
///
///     y = x read as [n, …]        ∂x = ∂y read as x's shape
///
/// Nothing moves: the result is x's bytes. `torch.reshape`.
public struct Reshape: Primitive {
  public static let name = "Reshape"

  public var rule: Rule { Rule("y = x, reshaped", backward: "∂x = ∂y, reshaped") }

  /// Sizes behind the batch; one of them may be -1: what is left.
  public let sizes: [Int]

  /// A sample of these sizes.
  public init(sizes: [Int]) { self.sizes = sizes }

  public var isView: Bool { true }

  public func saved(of operands: [Shape], result: Shape, wanted: [Bool]) -> Saved { .nothing }

  public func resultShape(of operands: [Shape]) throws(ShapeError) -> Shape {
    let x = operands[0]
    guard let batch = x.sizes.first else {
      throw ShapeError(Self.name, "an input of shape \(x) has no batch dimension")
    }
    let sample = x.sizes.dropFirst().reduce(1, *)
    guard Shape(sizes.map { max(1, $0) }).isCountable else { throw refusal(x) }
    var result = sizes
    if let free = sizes.firstIndex(of: -1) {
      let known = sizes.reduce(1) { $1 == -1 ? $0 : $0 * $1 }
      guard known > 0, sample % known == 0 else { throw refusal(x) }
      result[free] = sample / known
    }
    guard result.reduce(1, *) == sample, !result.contains(where: { $0 < 0 }) else {
      throw refusal(x)
    }
    return Shape([batch] + result)
  }

  private func refusal(_ x: Shape) -> ShapeError {
    ShapeError(
      Self.name,
      "a sample of shape \(Shape(Array(x.sizes.dropFirst()))) does not fill the shape \(Shape(sizes))"
    )
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
}
