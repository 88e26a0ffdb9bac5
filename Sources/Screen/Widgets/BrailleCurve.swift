import Glibc

extension Double {
  /// log₁₀ of it.
  var logarithm10: Double { log10(self) }
}

/// One point of a curve: what is known of the values there.
public struct CurvePoint: Equatable, Sendable {
  /// The smallest value.
  public var low: Double
  /// Their mean.
  public var middle: Double
  /// The largest value.
  public var high: Double

  /// A point that stands for values from `low` to `high`.
  public init(low: Double, middle: Double, high: Double) {
    self.low = low
    self.middle = middle
    self.high = high
  }
}

/// A line chart in braille: two by four dots in each cell.
public struct BrailleCurve: Sendable {
  /// Two points for each column, from left to right; nil leaves a gap.
  public var points: [CurvePoint?]
  /// Whether equal ratios are equal distances.
  public var isLogarithmic: Bool
  /// Fixed ends of the scale; nil: what the points need.
  public var range: ClosedRange<Double>?
  /// The column under the cursor.
  public var cursor: Int?
  /// How the line looks.
  public var style = Style(.curve)
  /// How the scale writes a value.
  public var figure: @Sendable (Double) -> String = { Figure.number($0) }

  /// A chart of `points`.
  public init(_ points: [CurvePoint?], isLogarithmic: Bool = false) {
    self.points = points
    self.isLogarithmic = isLogarithmic
  }

  /// Columns that labels take at the left.
  public static let labelWidth = 9

  /// How many points a chart in `area` can show.
  public static func capacity(in area: Rect) -> Int { max(0, 2 * (area.width - labelWidth)) }

  /// The column of the chart under `point`, counted from its left; nil where there is none.
  public static func column(at point: Point, in area: Rect) -> Int? {
    let chart = chart(in: area)
    return chart.contains(point) ? point.x - chart.x : nil
  }

  fileprivate static func chart(in area: Rect) -> Rect {
    Rect(
      x: area.x + min(labelWidth, area.width), y: area.y, width: area.width - labelWidth,
      height: area.height)
  }

  fileprivate func scaled(_ value: Double) -> Double? {
    guard value.isFinite, !isLogarithmic || value > 0 else { return nil }
    return isLogarithmic ? value.logarithm10 : value
  }

  /// The points on the scale; of one whose ends are not on it, the middle alone.
  fileprivate var scaledPoints: [CurvePoint?] {
    points.map { point in
      guard let point, let middle = scaled(point.middle) else { return nil }
      return CurvePoint(
        low: scaled(point.low) ?? middle, middle: middle, high: scaled(point.high) ?? middle)
    }
  }

  fileprivate func scale(of points: [CurvePoint?]) -> (low: Double, high: Double)? {
    if let range, let low = scaled(range.lowerBound), let high = scaled(range.upperBound) {
      return (low, high)
    }
    var (low, high) = (Double.infinity, -Double.infinity)
    for case let point? in points { (low, high) = (min(low, point.low), max(high, point.high)) }
    guard low <= high else { return nil }
    if high > low { return (low, high) }
    let margin = max(abs(low) * 0.1, 1e-12)
    return (low - margin, high + margin)
  }
}

extension Canvas {
  /// Draws `curve` in `area`, with the scale at its left.
  public mutating func draw(_ curve: BrailleCurve, in area: Rect) {
    let chart = BrailleCurve.chart(in: area)
    let points = curve.scaledPoints
    guard !chart.isEmpty, let scale = curve.scale(of: points) else { return }
    drawLabels(curve, scale, chart, in: area)
    if let cursor = curve.cursor, (0..<chart.width).contains(cursor) {
      let line: Character = glyphs == .unicode ? "┊" : ":"
      for y in chart.y..<chart.bottom {
        self[chart.x + cursor, y] = Cell(character: line, style: Style(.curveAccent))
      }
    }
    var dots = Array(repeating: UInt8(0), count: chart.width * chart.height)
    let rows = 4 * chart.height
    func row(_ value: Double) -> Int {
      let height = (value - scale.low) / (scale.high - scale.low)
      return min(rows - 1, max(0, Int(((1 - height) * Double(rows - 1)).rounded())))
    }
    var previous: Int?
    for (x, point) in points.prefix(2 * chart.width).enumerated() {
      guard let point else {
        previous = nil
        continue
      }
      let middle = row(point.middle)
      var (top, bottom) = (row(point.high), row(point.low))
      // Joined to the point before, so that a steep line has no holes.
      if let previous {
        if previous < top { top = min(top, previous + 1) }
        if previous > bottom { bottom = max(bottom, previous - 1) }
      }
      for y in min(top, bottom)...max(top, bottom) {
        dots[y / 4 * chart.width + x / 2] |= Self.dot(x % 2, y % 4)
      }
      previous = middle
    }
    for (index, bits) in dots.enumerated() where bits != 0 {
      let (x, y) = (chart.x + index % chart.width, chart.y + index / chart.width)
      let isCursor = curve.cursor == index % chart.width
      let style = isCursor ? Style(.curveAccent, bold: true) : curve.style
      let braille = Unicode.Scalar(0x2800 + UInt32(bits)).map { Character($0) } ?? "*"
      self[x, y] = Cell(character: glyphs == .unicode ? braille : "*", style: style)
    }
  }

  private mutating func drawLabels(
    _ curve: BrailleCurve, _ scale: (low: Double, high: Double), _ chart: Rect, in area: Rect
  ) {
    let marks =
      chart.height >= 7 ? [0, chart.height / 2, chart.height - 1] : [0, chart.height - 1]
    for y in marks where chart.height > 1 || y == 0 {
      let height = chart.height > 1 ? 1 - Double(y) / Double(chart.height - 1) : 1
      let value = scale.low + height * (scale.high - scale.low)
      let label = curve.figure(curve.isLogarithmic ? pow(10, value) : value)
      write(
        label, Style(.dim),
        in: Rect(x: area.x, y: chart.y + y, width: BrailleCurve.labelWidth - 1, height: 1),
        alignment: .right)
    }
  }

  /// The bit of a dot in a braille character: Unicode's order.
  private static func dot(_ x: Int, _ y: Int) -> UInt8 {
    let bits: [[UInt8]] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]]
    return bits[x][y]
  }
}
