internal import Screen

extension Canvas {
  /// Draws gradient RMS over time steps as a curve on a logarithmic scale, the first step at the left.
  mutating func drawTimeProfile(_ values: [Double?], in area: Rect) {
    let count = BrailleCurve.capacity(in: area)
    guard count > 0, !values.isEmpty else { return }
    let points = (0..<count).map { dot -> CurvePoint? in
      // A bucket of time steps where there are more of those than dots, else the nearest one.
      let first = dot * values.count / count
      let last = max(first, (dot + 1) * values.count / count - 1)
      let known = values[first...last].compactMap { $0 }.filter { $0 > 0 && $0.isFinite }
      guard let low = known.min(), let high = known.max() else { return nil }
      return CurvePoint(
        low: low, middle: known.reduce(0, +) / Double(known.count), high: high)
    }
    var curve = BrailleCurve(points, isLogarithmic: true)
    curve.style = Style(.gradient)
    draw(curve, in: area)
  }
}
