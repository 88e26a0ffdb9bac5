/// A convolution of images.
///
///     y[n, o, i, j] = b[o] + Σ over c, k, l of w[o, c, k, l] x[n, c, s i + d k - p, s j + d l - p]
///
/// with x `[N, C, H, W]`, w `[out, C / groups, K, L]`, b `[out]`, and a stride s, a dilation d and a
/// padding p for each dimension; c runs over the channels of o's group. Write `∂a` for the gradient
/// of the loss with respect to `a`, and r, q for the rows and columns that w meets:
///
///     ∂x[n, c, r, q] = Σ over o and the i, j, k, l that meet there of w[o, c, k, l] ∂y[n, o, i, j]
///     ∂w[o, c, k, l] = Σ over n, i, j of ∂y[n, o, i, j] x[n, c, s i + d k - p, s j + d l - p]
///     ∂b[o] = Σ over n, i, j of ∂y[n, o, i, j]
///
/// Goodfellow, Bengio and Courville, "Deep Learning" (2016), section 9.5; `torch.nn.Conv2d`.
public struct Conv2d: Convolution {
  public static let name = "Conv2d"

  public var rule: Rule {
    Rule("y = w ⋆ x + b", backward: "∂x = wᵀ ⋆ ∂y, ∂w = ∂y ⋆ x, ∂b = Σ ∂y")
  }

  /// How the kernel moves.
  public let geometry: ConvolutionGeometry

  /// Operands are x, w and, with a bias, b; `geometry` is of two dimensions.
  public init(_ geometry: ConvolutionGeometry) { self.geometry = geometry }
}
