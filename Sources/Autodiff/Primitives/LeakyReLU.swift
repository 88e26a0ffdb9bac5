/// Passes what is positive, and a little of what is not, so that no unit dies.
///
///     y = x where x > 0, else s x        ∂x = ∂y where x > 0, else s ∂y
///
/// Maas, Hannun and Ng (2013); `torch.nn.LeakyReLU`.
public struct LeakyReLU: Activation {
  public static let name = "LeakyReLU"

  public var rule: Rule {
    Rule("y = max(x, 0) + s min(x, 0)", backward: "∂x = ∂y · (x > 0 ? 1 : s)")
  }

  /// s.
  public var negativeSlope: Float

  var function: Elementwise { .leakyReLU(slope: negativeSlope) }
  let costPerElement = Cost(forward: 1, backward: 1)

  /// PyTorch's slope unless another is given.
  public init(negativeSlope: Float = 0.01) { self.negativeSlope = negativeSlope }

  /// Backward could do with the result, but PyTorch keeps x.
  public func keptByPyTorch(of operands: [Shape], result: Shape, wanted: [Bool]) -> Saved {
    Saved(operands: [0])
  }
}
