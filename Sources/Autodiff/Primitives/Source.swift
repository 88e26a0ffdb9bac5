/// A tensor that is there from the start: a layer `Parameter` or `Constant` of a graph.
///
/// It computes nothing; it gives the value a name, and its gradient a row.
public struct Source: Primitive {
  public static let name = "Source"

  public var rule: Rule {
    Rule("y = \(symbol)", backward: isTrained ? "∂\(symbol) = ∂y" : "nothing: it is constant")
  }

  /// The layer's name.
  public let symbol: String
  /// Whether the optimizer updates it.
  public let isTrained: Bool

  /// The tensor called `symbol`.
  public init(symbol: String, isTrained: Bool) {
    self.symbol = symbol
    self.isTrained = isTrained
  }

  public func saved(of operands: [Shape], result: Shape, wanted: [Bool]) -> Saved { .nothing }

  public func resultShape(of operands: [Shape]) throws(ShapeError) -> Shape { [] }

  public func cost(of operands: [Shape], result: Shape, wanted: [Bool]) -> Cost {
    Cost(forward: 0, backward: 0)
  }

  public func forward(_ site: ForwardSite) throws(KernelError) -> [Kernel] { [] }

  public func backward(_ site: BackwardSite) throws(KernelError) -> [Kernel] { [] }
}
