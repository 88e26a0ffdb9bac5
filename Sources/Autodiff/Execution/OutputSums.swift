/// What is summed over the elements of an output.
struct OutputSums {
  /// Of the finite elements.
  var (sum, squares) = (0.0, 0.0)
  var (zeros, finite) = (0, 0)
  /// Of the finite elements.
  var (smallest, largest) = (Float.infinity, -Float.infinity)

  /// Adds what another part of the output came to.
  mutating func add(_ other: OutputSums) {
    sum += other.sum
    squares += other.squares
    zeros += other.zeros
    finite += other.finite
    smallest = min(smallest, other.smallest)
    largest = max(largest, other.largest)
  }
}

/// The same over a stretch that is short enough for sums in Float, a sum in each lane.
struct OutputLanes {
  typealias Counts = SIMD8<Int32>

  private var (sum, squares) = (Lanes.zero, Lanes.zero)
  private var (zeros, finite) = (Counts.zero, Counts.zero)
  private var smallest = Lanes(repeating: .infinity)
  private var largest = Lanes(repeating: -.infinity)

  /// Which of eight lanes are the first `count`.
  @inline(__always)
  static func first(_ count: Int) -> SIMDMask<Counts> {
    Counts(0, 1, 2, 3, 4, 5, 6, 7) .< Counts(repeating: Int32(count))
  }

  /// Adds elements that should all be finite: where one is not, `isFinite` will tell.
  @inline(__always)
  mutating func add(_ x: Lanes) {
    sum += x
    squares += x * x
    smallest.replace(with: x, where: x .< smallest)
    largest.replace(with: x, where: x .> largest)
    zeros.replace(with: zeros &+ 1, where: x .== 0)
  }

  /// Adds the elements of `lanes` that are finite.
  @inline(__always)
  mutating func add(_ x: Lanes, finiteOf lanes: SIMDMask<Counts>) {
    let isFinite = (x * 0 .== Lanes.zero) .& lanes
    let value = x.replacing(with: 0, where: .!isFinite)
    sum += value
    squares += value * value
    smallest.replace(with: x, where: (x .< smallest) .& isFinite)
    largest.replace(with: x, where: (x .> largest) .& isFinite)
    zeros.replace(with: zeros &+ 1, where: (x .== 0) .& lanes)
    finite.replace(with: finite &+ 1, where: isFinite)
  }

  /// Whether nothing that was added was infinite, no number, or too large for its square.
  var isFinite: Bool { squares.sum().isFinite }

  /// The sums over the stretch.
  ///
  /// - Parameter count: How many elements were added without a look at each.
  func sums(count: Int) -> OutputSums {
    var sums = OutputSums()
    sums.sum = Double(sum.sum())
    sums.squares = Double(squares.sum())
    sums.zeros = Int(zeros.wrappedSum())
    sums.finite = count + Int(finite.wrappedSum())
    sums.smallest = smallest.min()
    sums.largest = largest.max()
    return sums
  }
}
