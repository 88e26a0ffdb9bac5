/// The largest of each window of an image.
///
///     y[i, j] = max of x over window (i, j)        ∂x: ∂y[i, j] goes to where the largest was
///
/// Of equal ones the first counts, and NaN counts as the largest. Where it was is kept, not x.
/// Goodfellow, Bengio and Courville, "Deep Learning" (2016), section 9.3; `torch.nn.MaxPool2d`.
public struct MaxPool2d: Pooling {
  public static let name = "MaxPool2d"

  public var rule: Rule {
    Rule(
      "y = max of \(window)",
      backward: "∂x = ∂y where x was the largest, else 0")
  }

  /// Its windows.
  public let geometry: PoolingGeometry

  /// The largest of each window.
  public init(_ geometry: PoolingGeometry) { self.geometry = geometry }

  public func saved(of operands: [Shape], result: Shape, wanted: [Bool]) -> Saved {
    Saved(extras: [result])
  }

  var window: String { "\(geometry.kernel[0])×\(geometry.kernel[1])" }

  func windows(over input: Shape) -> PoolingWindows? { geometry.windows(over: input) }

  public func cost(of operands: [Shape], result: Shape, wanted: [Bool]) -> Cost {
    Cost(forward: covered(operands[0]), backward: result.elementCount)
  }

  public func forward(_ site: ForwardSite) throws(KernelError) -> [Kernel] {
    [
      site.kernels.maxPool(
        site.operands[0], into: site.result, places: site.extras[0].tensor,
        knownWindows(over: site.operands[0].shape))
    ]
  }

  public func backward(_ site: BackwardSite) throws(KernelError) -> [Kernel] {
    guard let target = site.targets[0] else { return [] }
    return [
      site.kernels.maxPoolBackward(
        site.upstream, places: site.extras[0].tensor, into: target,
        knownWindows(over: target.operand.shape))
    ]
  }
}
