/// The mean of each window of an image.
///
///     y[i, j] = 1/n Σ of x over window (i, j)        ∂x = Σ of ∂y/n over the windows that cover it
///
/// n is what the window covers, with the padding or without, or a given number.
/// `torch.nn.AvgPool2d`.
public struct AvgPool2d: AveragePooling {
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

  var window: String { "\(geometry.kernel[0])×\(geometry.kernel[1])" }

  func windows(over input: Shape) -> PoolingWindows? { geometry.windows(over: input) }

  func divisors(_ windows: PoolingWindows) -> PoolingDivisors {
    if let divisor { return windows.divisors(divisor) }
    return windows.divisors(countsPadding: countsPadding)
  }
}
