/// Values as a line of small bars, newest at the right; nil leaves a gap.
public struct Sparkline: Equatable, Sendable {
  /// Each 0...1, or nil.
  public var heights: [Double?]

  /// Values scaled so that the smallest is the lowest bar and the largest the highest; by their
  /// logarithm where asked for, in which case what is not positive leaves a gap.
  public init(_ values: [Double?], logarithmic: Bool = false) {
    let shown = values.map { value -> Double? in
      guard let value, value.isFinite, !logarithmic || value > 0 else { return nil }
      return logarithmic ? value.logarithm10 : value
    }
    let known = shown.compactMap { $0 }
    let (low, high) = (known.min() ?? 0, known.max() ?? 1)
    heights = shown.map { value in
      value.map { high > low ? ($0 - low) / (high - low) : 0.5 }
    }
  }
}

extension Canvas {
  /// Draws `sparkline` in the first row of `area`, as far as it goes from the right.
  public mutating func draw(_ sparkline: Sparkline, _ style: Style, in area: Rect) {
    let steps: [Character] =
      glyphs == .unicode ? Array("▁▂▃▄▅▆▇█") : Array("_.-~=+*#")
    let shown = sparkline.heights.suffix(area.width)
    for (index, height) in shown.enumerated() {
      guard let height else { continue }
      let step = min(steps.count - 1, max(0, Int(height * Double(steps.count))))
      self[area.right - shown.count + index, area.y] = Cell(character: steps[step], style: style)
    }
  }
}
