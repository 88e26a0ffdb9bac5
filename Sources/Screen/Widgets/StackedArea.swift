/// Parts of a whole over some axis, stacked: a column of cells for each place.
public struct StackedArea: Sendable {
  /// One part: its value at each place, and its look.
  public struct Part: Sendable {
    /// From left to right.
    public var values: [Double]
    /// Its color.
    public var style: Style
    /// What fills it.
    public var fill: Character

    /// A part with these values.
    public init(_ values: [Double], _ style: Style, fill: Character = "█") {
      self.values = values
      self.style = style
      self.fill = fill
    }
  }

  /// The lowest first.
  public var parts: [Part]
  /// The value at the top of the area.
  public var top: Double

  /// Parts in an area of which the top stands for `top`.
  public init(_ parts: [Part], top: Double) {
    self.parts = parts
    self.top = top
  }
}

extension Canvas {
  /// Draws `area` from the bottom of `rect`; its highest cell by eighths.
  public mutating func draw(_ area: StackedArea, in rect: Rect) {
    guard area.top > 0, rect.height > 0 else { return }
    let eighths: [Character] = Array(" ▁▂▃▄▅▆▇█")
    for column in 0..<rect.width {
      var ends: [Double] = []
      var sum = 0.0
      for part in area.parts {
        let value = column < part.values.count ? part.values[column] : 0
        sum += value.isFinite ? max(0, value) : 0
        ends.append(sum / area.top * Double(rect.height))
      }
      guard let last = ends.last, last > 0 else { continue }
      for row in 0..<min(rect.height, Int(last.rounded(.up))) {
        // The part in the middle of what is filled of the cell has it.
        let filled = min(1, last - Double(row))
        let middle = Double(row) + filled / 2
        guard let index = ends.firstIndex(where: { $0 >= middle }) else { continue }
        let part = area.parts[index]
        let eighth = Int((filled * 8).rounded())
        guard eighth > 0 else { continue }
        let character: Character =
          glyphs == .ascii
          ? (filled >= 0.5 ? part.fill : " ")
          : filled < 1 ? eighths[eighth] : part.fill
        self[rect.x + column, rect.bottom - 1 - row] = Cell(character: character, style: part.style)
      }
    }
  }
}
