/// What is known of the values behind one cell of a heat map, on a scale from 0 to 1.
public struct HeatCell: Equatable, Sendable {
  /// The least of them.
  public var low: Double
  /// The greatest of them.
  public var high: Double
  /// Whether NaN or Inf is among them.
  public var isBroken: Bool

  /// Values from `low` to `high`.
  public init(low: Double, high: Double, isBroken: Bool = false) {
    self.low = low
    self.high = high
    self.isBroken = isBroken
  }

  /// The place of a value among `count` steps of the scale.
  static func level(_ value: Double, of count: Int) -> Int {
    guard value.isFinite else { return value > 0 ? count - 1 : 0 }
    return Swift.min(count - 1, Swift.max(0, Int(value * Double(count))))
  }
}

extension Canvas {
  /// Draws a row of a heat map; nil leaves a gap.
  ///
  /// The greatest value of a cell is the height and the color of its block, the least one the color
  /// behind it: neither a spike nor a dip vanishes, however many values a cell stands for.
  public mutating func drawHeat(_ cells: [HeatCell?], in area: Rect) {
    guard !area.isEmpty else { return }
    let steps: [Character] = glyphs == .unicode ? Array("▁▂▃▄▅▆▇█") : Array(".:-=+*#@")
    for (offset, cell) in cells.prefix(area.width).enumerated() {
      guard let cell else { continue }
      guard !cell.isBroken else {
        self[area.x + offset, area.y] = Cell(character: "!", style: Style(.error, reversed: true))
        continue
      }
      var style = Style(.text)
      style.ink = Shade(.heat, cell.high)
      style.ground = Shade(.heat, cell.low)
      let step = HeatCell.level(cell.high, of: steps.count)
      self[area.x + offset, area.y] = Cell(character: steps[step], style: style)
    }
  }

  /// Draws the scale of a heat map between the words for its ends, at the right of `area`.
  public mutating func drawHeatScale(from low: String, to high: String, in area: Rect) {
    let count = 8
    let width = low.columns + count + high.columns + 2
    guard width <= area.width, area.height > 0 else { return }
    var x = area.right - width
    x = write("\(low) ", at: Point(x: x, y: area.y), Style(.dim), in: area)
    let ends = (0..<count).map { Double($0) / Double(count - 1) }
    drawHeat(
      ends.map { HeatCell(low: $0, high: $0) }, in: Rect(x: x, y: area.y, width: count, height: 1))
    write(" \(high)", at: Point(x: x + count, y: area.y), Style(.dim), in: area)
  }
}
