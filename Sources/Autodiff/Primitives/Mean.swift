/// The mean over some dimensions, or over all.
///
///     y = 1/n Σ x        ∂x = ∂y / n, stretched over the n summands
///
/// `torch.mean`.
public struct Mean: Reduction {
  public static let name = "Mean"

  public var rule: Rule { Rule("y = 1/n Σ x", backward: "∂x = ∂y / n") }

  /// Those that are summed over, negative ones counted from the last; nil: all.
  public let dimensions: [Int]?
  /// Whether a size of 1 stays where a dimension was summed over.
  public let keepsDimensions: Bool

  /// The mean over `dimensions` (negative ones count from the last), or over all where it is nil.
  public init(dimensions: [Int]? = nil, keepsDimensions: Bool = false) {
    self.dimensions = dimensions
    self.keepsDimensions = keepsDimensions
  }

  func scale(_ summands: Int) -> Float { 1 / Float(summands) }
}
