/// Weighs x by the probability that a normal variable lies below it.
///
///     y = x Φ(x),  Φ(x) = (1 + erf(x / √2)) / 2        ∂x = ∂y ∘ (Φ(x) + x φ(x))
///
/// with φ the normal density; or, approximately, with c = √(2/π):
///
///     y = x/2 · (1 + tanh(c (x + 0.044715 x³)))
///
/// Hendrycks and Gimpel, "Gaussian Error Linear Units" (2016), arXiv:1606.08415; `torch.nn.GELU`.
public struct GELU: Activation {
  public static let name = "GELU"

  public var rule: Rule {
    approximatesByTanh
      ? Rule("y = x/2 (1 + tanh(√(2/π) (x + 0.044715 x³)))", backward: "∂x = ∂y · y'(x)")
      : Rule("y = x Φ(x)", backward: "∂x = ∂y · (Φ(x) + x φ(x))")
  }

  /// Whether Φ is approximated with tanh.
  public var approximatesByTanh: Bool

  var function: Elementwise { approximatesByTanh ? .geluTanh : .gelu }
  let costPerElement = Cost(forward: 8, backward: 12)

  /// Exact unless `approximatesByTanh`.
  public init(approximatesByTanh: Bool = false) { self.approximatesByTanh = approximatesByTanh }
}
