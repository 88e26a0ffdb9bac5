/// The mean of each window of an image.
///
///     y[i, j] = 1/n Σ of x over window (i, j)        ∂x = Σ of ∂y/n over the windows that cover it
///
/// n is what the window covers, with the padding or without, or a given number.
/// `torch.nn.AvgPool2d`.
public struct AvgPool2d: Pooling {
  public static let name = "AvgPool2d"

  public var rule: Rule {
    Rule(
      "y = mean of \(window)",
      backward: "∂x = Σ ∂y/n over its windows")
  }

  /// Its windows, without dilation.
  public let geometry: PoolingGeometry
  /// Whether the padding counts in n.
  public let countsPadding: Bool
  /// What n is instead.
  public let divisor: Int?

  /// The mean of each window.
  public init(_ geometry: PoolingGeometry, countsPadding: Bool = true, divisor: Int? = nil) {
    self.geometry = geometry
    self.countsPadding = countsPadding
    self.divisor = divisor
  }

  public func saved(of operands: [Shape], result: Shape, wanted: [Bool]) -> Saved { .nothing }

  var window: String { "\(geometry.kernel[0])×\(geometry.kernel[1])" }

  func windows(over input: Shape) -> PoolingWindows? { geometry.windows(over: input) }

  public func cost(of operands: [Shape], result: Shape, wanted: [Bool]) -> Cost {
    let count = covered(operands[0]) + result.elementCount
    return Cost(forward: count, backward: count)
  }

  public func forward(_ site: ForwardSite) throws(KernelError) -> [Kernel] {
    let windows = knownWindows(over: site.operands[0].shape)
    return [
      site.kernels.averagePool(
        site.operands[0], into: site.result.tensor, divisors: divisors(windows), windows)
    ]
  }

  public func backward(_ site: BackwardSite) throws(KernelError) -> [Kernel] {
    guard let target = site.targets[0] else { return [] }
    let windows = knownWindows(over: target.operand.shape)
    return [
      site.kernels.averagePoolBackward(
        site.upstream.tensor, into: target, divisors: divisors(windows), windows)
    ]
  }

  private func divisors(_ windows: PoolingWindows) -> [Float] {
    if let divisor { return Array(repeating: Float(divisor), count: windows.outputCount) }
    return windows.divisors(countsPadding: countsPadding)
  }
}
