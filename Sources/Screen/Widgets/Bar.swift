extension Canvas {
  /// Draws a bar over `fraction` of the first row of `area`, by eighths of a cell.
  public mutating func drawBar(
    _ fraction: Double, _ style: Style, in area: Rect, empty: Style? = nil
  ) {
    drawStackedBar([(fraction, style)], in: area, empty: empty)
  }

  /// Draws parts of a whole side by side in the first row of `area`.
  ///
  /// - Parameter parts: Fractions of the area's width, with their styles.
  public mutating func drawStackedBar(
    _ parts: [(fraction: Double, style: Style)], in area: Rect, empty: Style? = nil
  ) {
    guard !area.isEmpty else { return }
    if let empty { fill(area.row(0), with: glyphs == .unicode ? "░" : ".", empty) }
    let eighths: [Character] = Array(" ▏▎▍▌▋▊▉█")
    var position = 0.0
    for (index, part) in parts.enumerated() {
      guard part.fraction.isFinite, part.fraction > 0 else { continue }
      let end = min(Double(area.width), position + part.fraction * Double(area.width))
      var x = Int(position.rounded(.down))
      let isLast = index == parts.count - 1
      while Double(x) < end {
        let covered = min(1, end - Double(x))
        let column = area.x + x
        if glyphs == .ascii {
          if covered >= 0.5 { self[column, area.y] = Cell(character: "#", style: part.style) }
        } else if covered >= 1 || !isLast {
          // Between two parts the larger one has the cell.
          if covered >= 0.5 || position == Double(x) {
            self[column, area.y] = Cell(character: "█", style: part.style)
          }
        } else {
          let step = Int((covered * 8).rounded())
          if step > 0 { self[column, area.y] = Cell(character: eighths[step], style: part.style) }
        }
        x += 1
      }
      position = end
    }
  }
}
