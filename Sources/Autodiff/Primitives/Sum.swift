/// The sum over some dimensions, or over all.
///
///     y = Σ x        ∂x = ∂y, stretched over the summed dimensions
///
/// `torch.sum`.
public struct Sum: Reduction {
  public static let name = "Sum"

  public var rule: Rule { Rule("y = Σ x", backward: "∂x = ∂y for each summand") }

  /// Those that are summed over, negative ones counted from the last; nil: all.
  public let dimensions: [Int]?
  /// Whether a size of 1 stays where a dimension was summed over.
  public let keepsDimensions: Bool

  /// Sums over `dimensions` (negative ones count from the last), or over all where it is nil.
  public init(dimensions: [Int]? = nil, keepsDimensions: Bool = false) {
    self.dimensions = dimensions
    self.keepsDimensions = keepsDimensions
  }

  func scale(_ summands: Int) -> Float { 1 }
}
