internal import Screen

/// RMS of gradients from the input (first) to the loss (last), and the straight line through their
/// logarithms.
struct DepthProfile {
  /// What a layer does to the gradient that passes through it: < 1 shrinks; nil without two values.
  private(set) var gain: Double?
  /// Decades by which the line falls from the loss to the input; negative where it rises.
  private(set) var decades: Double?
  private var slope = 0.0
  private var start = 0.0

  /// Fits log₁₀ of the values that are positive and finite, by least squares over their positions.
  ///
  ///     log₁₀ RMSᵢ ≈ a + b i        gain = 10⁻ᵇ
  init(_ values: [Double?]) {
    let points = values.enumerated().compactMap { index, value -> (x: Double, y: Double)? in
      guard let value, value > 0, value.isFinite else { return nil }
      return (Double(index), value.decimalLogarithm)
    }
    guard let first = points.first, let last = points.last, points.count > 1 else { return }
    let n = Double(points.count)
    let (x, y) = (points.reduce(0) { $0 + $1.x } / n, points.reduce(0) { $0 + $1.y } / n)
    let spread = points.reduce(0) { $0 + ($1.x - x) * ($1.x - x) }
    slope = points.reduce(0) { $0 + ($1.x - x) * ($1.y - y) } / spread
    start = y - slope * x
    gain = (-slope).powerOfTen
    decades = slope * (last.x - first.x)
  }

  /// log₁₀ of what the line has at a position; nil without a line.
  func line(at index: Int) -> Double? { gain == nil ? nil : start + slope * Double(index) }
}

/// Ends of a logarithmic scale.
struct DecadeScale {
  /// log₁₀ of the least value.
  var low: Double
  /// log₁₀ of the greatest.
  var high: Double

  /// What holds all positive values of `values`; nil where there is none.
  ///
  /// - Parameter grain: Its ends are multiples of so many decades, so that they stay while values
  ///   come; 0: as they are.
  init?(_ values: some Sequence<Double>, rounded grain: Double = 0) {
    var (low, high) = (Double.infinity, -Double.infinity)
    for value in values where value > 0 && value.isFinite {
      let decades = value.decimalLogarithm
      (low, high) = (Swift.min(low, decades), Swift.max(high, decades))
    }
    guard low <= high else { return nil }
    if grain > 0 {
      // What is a multiple but for rounding stays.
      low = (low / grain + 1e-5).rounded(.down) * grain
      high = (high / grain - 1e-5).rounded(.up) * grain
    }
    // A scale narrower than a decade would turn noise into colors.
    let margin = max(0, 1 - (high - low)) / 2
    (self.low, self.high) = (low - margin, high + margin)
  }

  /// 0 at the low end, 1 at the high one; what is 0 is at the low end.
  func position(_ value: Double) -> Double {
    value > 0 ? position(decades: value.decimalLogarithm) : 0
  }

  func position(decades: Double) -> Double {
    min(1, max(0, (decades - low) / (high - low)))
  }

  /// The value at the low end.
  var least: Double { low.powerOfTen }
  /// The value at the high end.
  var greatest: Double { high.powerOfTen }
}
