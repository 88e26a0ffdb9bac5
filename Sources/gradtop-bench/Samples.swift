/// Times of one thing, measured again and again.
struct Samples {
  var values: [Double] = []

  /// The middle one: machines are noisy, and the mean is not robust.
  var median: Double {
    let sorted = values.sorted()
    guard !sorted.isEmpty else { return .nan }
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }

  /// The one that a fraction of `quantile` does not exceed.
  func quantile(_ quantile: Double) -> Double {
    let sorted = values.sorted()
    guard !sorted.isEmpty else { return .nan }
    return sorted[min(sorted.count - 1, Int(quantile * Double(sorted.count)))]
  }

  /// The median of this over another, round by round: what both met in a round cancels.
  func ratio(to other: Samples) -> Double {
    Samples(values: zip(values, other.values).map { $0 / $1 }).median
  }
}

/// `value` with so many digits after the point.
func fixed(_ value: Double, _ digits: Int) -> String {
  guard value.isFinite else { return "\(value)" }
  let power = (0..<digits).reduce(1.0) { product, _ in product * 10 }
  let scaled = Int((abs(value) * power).rounded())
  let tail = String(scaled % Int(power))
  let zeros = String(repeating: "0", count: max(0, digits - tail.count))
  return (value < 0 ? "-" : "") + "\(scaled / Int(power))" + (digits > 0 ? ".\(zeros)\(tail)" : "")
}

/// A line of results: a name and its figures.
func report(_ name: String, _ figures: String) {
  let padding = String(repeating: " ", count: max(1, 40 - name.count))
  print("  \(name)\(padding)\(figures)")
}
