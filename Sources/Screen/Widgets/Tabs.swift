extension Canvas {
  /// Draws numbered tabs in the first row of `area` and returns where each stands.
  @discardableResult
  public mutating func drawTabs(_ titles: [String], selected: Int, in area: Rect) -> [Rect] {
    var x = area.x
    return titles.enumerated().map { index, title in
      let text = " \(index + 1) \(title) "
      let style =
        index == selected ? Style(.title, bold: true, reversed: true) : Style(.label)
      let end = write(text, at: Point(x: x, y: area.y), style, in: area)
      defer { x = end }
      return Rect(x: x, y: area.y, width: end - x, height: 1).intersection(area)
    }
  }

  /// Draws keys with what they do in the first row of `area`; what does not fit is left out.
  public mutating func drawKeyHints(_ hints: [(key: String, text: String)], in area: Rect) {
    fill(area, Style(.statusBar))
    var x = area.x + 1
    for hint in hints {
      guard x + hint.key.columns + hint.text.columns + 1 < area.right else { return }
      x = write(hint.key, at: Point(x: x, y: area.y), Style(.keyHint), in: area)
      x = write(" \(hint.text)  ", at: Point(x: x, y: area.y), Style(.statusBar), in: area)
    }
  }
}
