/// The means of as many windows as there are to be outputs.
///
///     y[i, j] = 1/n Σ of x over rows ⌊i H/h⌋ ..< ⌈(i+1) H/h⌉, columns likewise
///     ∂x = Σ of ∂y/n over the windows that cover it
///
/// for an output of h × w, with n elements in a window; one output is the mean over the image.
/// `torch.nn.AdaptiveAvgPool2d`.
public struct AdaptiveAvgPool2d: AveragePooling {
  public static let name = "AdaptiveAvgPool2d"

  public var rule: Rule {
    Rule("y = means, \(window)", backward: "∂x = Σ ∂y/n over its windows")
  }

  /// Height and width of the output; nil: those of the input.
  public let sizes: [Int?]

  /// An output of these two sizes.
  public init(sizes: [Int?]) { self.sizes = sizes }

  /// How many windows there are: their sizes depend on the input.
  var window: String {
    sizes.map { $0.map(String.init) ?? "all" }.joined(separator: "×")
  }

  func windows(over input: Shape) -> PoolingWindows? {
    let (height, width) = (input.sizes[input.rank - 2], input.sizes[input.rank - 1])
    return PoolingWindows(
      rows: PoolingAxis(input: height, output: sizes[0] ?? height),
      columns: PoolingAxis(input: width, output: sizes[1] ?? width))
  }

  func divisors(_ windows: PoolingWindows) -> PoolingDivisors {
    windows.divisors(countsPadding: false)
  }
}
