/// The sizes of a tensor's dimensions, outermost first; `[]` is a scalar.
public struct Shape: Hashable, Sendable, ExpressibleByArrayLiteral, CustomStringConvertible {
  /// Size of each dimension.
  public var sizes: [Int]

  /// A shape of these sizes.
  public init(_ sizes: [Int]) { self.sizes = sizes }

  /// A shape of these sizes.
  public init(arrayLiteral sizes: Int...) { self.sizes = sizes }

  /// How many dimensions there are.
  public var rank: Int { sizes.count }

  /// How many elements a tensor of this shape has; 1 for a scalar.
  public var elementCount: Int { sizes.reduce(1, *) }

  /// The most elements of a tensor: max pooling and parts of oneDNN count in 32 bits.
  public static let mostElements = Int(Int32.max)

  /// Whether a tensor of this shape has no more than `mostElements`, a size of 0 counting as 1.
  ///
  /// Whatever is built from sizes that come from outside is asked this before anything else.
  public var isCountable: Bool {
    var count = 1
    for size in sizes {
      let (product, overflows) = count.multipliedReportingOverflow(by: max(1, size))
      guard !overflows, product <= Self.mostElements else { return false }
      count = product
    }
    return true
  }

  /// The last size, 1 for a scalar: the width of a row.
  public var width: Int { sizes.last ?? 1 }

  /// The number of rows of `width` elements.
  ///
  /// The product of all sizes but the last, so that it is right where `width` is 0.
  public var rows: Int { sizes.dropLast().reduce(1, *) }

  /// `[64, 256]`.
  public var description: String { "[" + sizes.map(String.init).joined(separator: ", ") + "]" }
}

extension Shape {
  /// The shape both are stretched to by NumPy's rules; nil where they do not fit.
  ///
  /// Sizes are compared from the last dimension; a missing one counts as 1, and a 1 is stretched.
  public func broadcast(with other: Shape) -> Shape? {
    let rank = max(rank, other.rank)
    let (a, b) = (padded(to: rank).sizes, other.padded(to: rank).sizes)
    var result: [Int] = []
    for (x, y) in zip(a, b) {
      guard x == y || x == 1 || y == 1 else { return nil }
      result.append(x == 1 ? y : x)
    }
    return Shape(result)
  }

  /// The same elements with leading sizes of 1, so that there are `rank` dimensions.
  func padded(to rank: Int) -> Shape {
    Shape(Array(repeating: 1, count: max(0, rank - self.rank)) + sizes)
  }
}

/// What an element of a tensor is.
public enum ElementType: Sendable {
  case float32, bfloat16, int32

  /// As traces and messages say it.
  public var name: String {
    switch self {
    case .float32: "float32"
    case .bfloat16: "bfloat16"
    case .int32: "int32"
    }
  }

  /// Bytes of one element.
  public var byteCount: Int { self == .bfloat16 ? 2 : 4 }
}

/// Operands that a primitive cannot take.
public struct ShapeError: Error, Equatable {
  /// `Linear`.
  public var primitive: String
  /// Both shapes and what was expected of them.
  public var reason: String

  /// A refusal by `primitive`.
  public init(_ primitive: String, _ reason: String) {
    self.primitive = primitive
    self.reason = reason
  }
}
