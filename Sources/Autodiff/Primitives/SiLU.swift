/// Weighs x by its own sigmoid.
///
///     y = x σ(x)        ∂x = ∂y ∘ σ(x) (1 + x (1 - σ(x)))
///
/// Elfwing, Uchibe and Doya (2018), arXiv:1702.03118; `torch.nn.SiLU`.
public struct SiLU: Activation {
  public static let name = "SiLU"

  public var rule: Rule { Rule("y = x σ(x)", backward: "∂x = ∂y · σ(x) (1 + x (1 - σ(x)))") }

  let function = Elementwise.silu
  let costPerElement = Cost(forward: 6, backward: 9)

  /// It has no options.
  public init() {}
}
