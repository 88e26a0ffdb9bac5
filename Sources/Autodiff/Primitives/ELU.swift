/// Passes what is positive and bends smoothly to -α elsewhere.
///
///     y = x where x > 0, else α (eˣ - 1)        ∂x = ∂y where x > 0, else ∂y ∘ (y + α)
///
/// Clevert, Unterthiner and Hochreiter (2016), arXiv:1511.07289; `torch.nn.ELU`.
public struct ELU: Activation {
  public static let name = "ELU"

  public var rule: Rule {
    Rule("y = x > 0 ? x : α (eˣ - 1)", backward: "∂x = ∂y · (x > 0 ? 1 : y + α)")
  }

  /// α.
  public var alpha: Float

  var function: Elementwise { .elu(alpha) }
  let costPerElement = Cost(forward: 5, backward: 2)

  /// α is 1 unless given.
  public init(alpha: Float = 1) { self.alpha = alpha }

  /// Backward could do with the result, but PyTorch keeps x.
  public func keptByPyTorch(of operands: [Shape], result: Shape, wanted: [Bool]) -> Saved {
    Saved(operands: [0])
  }
}
