/// A convolution of signals.
///
///     y[n, o, i] = b[o] + Σ over c, k of w[o, c, k] x[n, c, s i + d k - p]
///
/// with x `[N, C, L]`, w `[out, C / groups, K]`, b `[out]`, stride s, dilation d and p zeros of
/// padding; c runs over the channels of o's group. Write `∂a` for the gradient of the loss with
/// respect to `a`:
///
///     ∂x[n, c, j] = Σ over o and the i, k with s i + d k - p = j of w[o, c, k] ∂y[n, o, i]
///     ∂w[o, c, k] = Σ over n, i of ∂y[n, o, i] x[n, c, s i + d k - p]
///     ∂b[o] = Σ over n, i of ∂y[n, o, i]
///
/// Goodfellow, Bengio and Courville, "Deep Learning" (2016), section 9.5; `torch.nn.Conv1d`.
public struct Conv1d: Convolution {
  public static let name = "Conv1d"

  public var rule: Rule {
    Rule("y = w ⋆ x + b", backward: "∂x = wᵀ ⋆ ∂y, ∂w = ∂y ⋆ x, ∂b = Σ ∂y")
  }

  /// How the kernel moves.
  public let geometry: ConvolutionGeometry

  /// Operands are x, w and, with a bias, b; `geometry` is of one dimension.
  public init(_ geometry: ConvolutionGeometry) { self.geometry = geometry }
}
