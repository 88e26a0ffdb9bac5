/// Sums over a line of numbers, and the largest of them: eight at a time in Float over short blocks, those in Double.
///
/// A plain loop over Float would neither be vectorized nor keep its digits.
enum LineSums {
  private static let block = 1024

  /// Σ x.
  static func sum(_ x: UnsafePointer<Float>, count: Int) -> Double {
    reduce(count, lanes: { load(x, $0) }, single: { x[$0] })
  }

  /// Σ x over numbers that are `step` apart.
  static func sum(_ x: UnsafePointer<Float>, count: Int, step: Int) -> Double {
    guard step > 1 else { return sum(x, count: count) }
    var total = 0.0
    for index in 0..<count { total += Double(x[index * step]) }
    return total
  }

  /// Σ x².
  static func squares(_ x: UnsafePointer<Float>, count: Int) -> Double {
    dot(x, x, count: count)
  }

  /// Σ a b.
  static func dot(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, count: Int) -> Double {
    reduce(count, lanes: { load(a, $0) * load(b, $0) }, single: { a[$0] * b[$0] })
  }

  /// Σ a b c.
  static func dot(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ c: UnsafePointer<Float>, count: Int
  ) -> Double {
    reduce(
      count, lanes: { load(a, $0) * load(b, $0) * load(c, $0) },
      single: { a[$0] * b[$0] * c[$0] })
  }

  /// Σ (x - mean)².
  static func deviations(_ x: UnsafePointer<Float>, from mean: Float, count: Int) -> Double {
    reduce(
      count,
      lanes: { index in
        let difference = load(x, index) - mean
        return difference * difference
      }, single: { (x[$0] - mean) * (x[$0] - mean) })
  }

  /// Σ a (x - mean).
  static func dot(
    _ a: UnsafePointer<Float>, _ x: UnsafePointer<Float>, from mean: Float, count: Int
  ) -> Double {
    reduce(
      count, lanes: { load(a, $0) * (load(x, $0) - mean) },
      single: { a[$0] * (x[$0] - mean) })
  }

  /// Σ e^(x - shift), for x that is nowhere far above `shift`.
  static func exponentials(
    _ x: UnsafePointer<Float>, minus shift: Float, count: Int
  ) -> Double {
    reduce(
      count, lanes: { exponential(load(x, $0) - shift) },
      single: { exponential(Lanes(repeating: x[$0] - shift))[0] })
  }

  /// The largest, NaN passed over; -∞ where there is none.
  static func maximum(_ x: UnsafePointer<Float>, count: Int) -> Float {
    var (highest, index) = (Lanes(repeating: -.infinity), 0)
    while index + 8 <= count {
      let x = load(x, index)
      highest.replace(with: x, where: x .> highest)
      index += 8
    }
    var largest = highest.max()
    while index < count {
      if x[index] > largest { largest = x[index] }
      index += 1
    }
    return largest
  }

  @inline(__always)
  private static func load(_ x: UnsafePointer<Float>, _ index: Int) -> Lanes {
    Float.lanes(at: x + index)
  }

  @inline(__always)
  private static func reduce(
    _ count: Int, lanes: (Int) -> Lanes, single: (Int) -> Float
  ) -> Double {
    var (total, start) = (0.0, 0)
    while start < count {
      let end = min(start + block, count)
      // Two sums beside each other: no addition waits for the one before.
      var (even, odd, index) = (Lanes.zero, Lanes.zero, start)
      while index + 16 <= end {
        even += lanes(index)
        odd += lanes(index + 8)
        index += 16
      }
      if index + 8 <= end {
        even += lanes(index)
        index += 8
      }
      total += Double((even + odd).sum())
      while index < end {
        total += Double(single(index))
        index += 1
      }
      start = end
    }
    return total
  }
}
