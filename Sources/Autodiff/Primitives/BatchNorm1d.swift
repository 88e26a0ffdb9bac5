/// Normalizes each feature or channel over the batch, then scales and shifts it.
///
///     n = (x - mean(x)) / √(variance(x) + ε)        y = w n + b
///
/// with x `[N, C]` or `[N, C, L]`; mean and variance are a channel's, over all else, and so are the
/// sums. Write `g` for ∂y w:
///
///     ∂x = (g - mean(g) - n mean(g n)) / √(variance(x) + ε)        ∂w = Σ ∂y n        ∂b = Σ ∂y
///
/// In evaluation mean and variance are running ones: r ← (1 - m) r + m (a batch's), with the
/// variance's divisor one less. Ioffe and Szegedy (2015), arXiv:1502.03167; `torch.nn.BatchNorm1d`.
public struct BatchNorm1d: BatchNormalization {
  public static let name = "BatchNorm1d"

  static let ranks = 2...3

  /// Its options.
  public let options: BatchNormOptions

  /// Operands are x; the weight and the bias, if it is affine; running mean, running variance and
  /// the number of batches, if it tracks them.
  public init(_ options: BatchNormOptions = BatchNormOptions()) { self.options = options }
}
