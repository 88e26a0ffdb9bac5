/// Zeroes each element with probability p, and scales the others so that the mean stays.
///
///     y = m ∘ x / (1 - p)        ∂x = m ∘ ∂y / (1 - p)
///
/// with m 0 with probability p, else 1. In evaluation y = x. The mask is a function of the seed, the
/// layer, the step and the micro-batch (Philox), so that it is not kept: backward computes it again,
/// and so may a second forward. Srivastava and others (2014), "Dropout"; `torch.nn.Dropout`.
public struct Dropout: Primitive {
  public static let name = "Dropout"

  public var rule: Rule {
    Rule("y = m x / (1 - p), m = 0 with p = \(probability)", backward: "∂x = m ∂y / (1 - p)")
  }

  /// p.
  public let probability: Double
  /// Tells layers apart: masks of different streams are independent.
  public let stream: UInt32

  /// Zeroes with `probability`, from 0 to 1.
  public init(probability: Double, stream: UInt32) {
    self.probability = probability
    self.stream = stream
  }

  public var isRandom: Bool { probability > 0 && probability < 1 }

  public var unitDimension: UnitDimension { .inherited }

  public var isPointwise: Bool { true }

  public func saved(of operands: [Shape], result: Shape, wanted: [Bool]) -> Saved { .nothing }

  public func resultShape(of operands: [Shape]) throws(ShapeError) -> Shape { operands[0] }

  public func cost(of operands: [Shape], result: Shape, wanted: [Bool]) -> Cost {
    Cost(forward: result.elementCount, backward: result.elementCount)
  }

  public func forward(_ site: ForwardSite) throws(KernelError) -> [Kernel] {
    let target = GradientTarget(operand: site.result, accumulates: false)
    return [mask(site.operands[0].tensor, into: target, site.kernels)]
  }

  public func backward(_ site: BackwardSite) throws(KernelError) -> [Kernel] {
    site.targets[0].map { [mask(site.upstream.tensor, into: $0, site.kernels)] } ?? []
  }

  private func mask(
    _ x: TensorID, into y: GradientTarget, _ kernels: KernelFactory
  ) -> Kernel {
    guard probability > 0 else { return kernels.copy(x, into: y) }
    return kernels.mask(x, probability: probability, stream: stream, into: y)
  }
}
