/// A key with what it does.
public struct KeyHint: Sendable {
  /// The key.
  public var key: String
  /// A word for what it does.
  public var text: String
  /// Whether it does that now.
  public var isAvailable: Bool

  /// A key that does something, now or at other times.
  public init(key: String, text: String, isAvailable: Bool = true) {
    self.key = key
    self.text = text
    self.isAvailable = isAvailable
  }
}

extension Canvas {
  /// Draws numbered tabs in the first row of `area` and returns where each stands.
  ///
  /// - Parameter isDense: Whether one space must do between them.
  @discardableResult
  public mutating func drawTabs(
    _ titles: [String], selected: Int, in area: Rect, isDense: Bool = false
  ) -> [Rect] {
    var x = area.x
    return titles.enumerated().map { index, title in
      // The tenth has the tenth key.
      let text = " \((index + 1) % 10) \(title)" + (isDense ? "" : " ")
      let style =
        index == selected ? Style(.title, bold: true, reversed: true) : Style(.label)
      let end = write(text, at: Point(x: x, y: area.y), style, in: area)
      defer { x = end }
      return Rect(x: x, y: area.y, width: end - x, height: 1).intersection(area)
    }
  }

  /// Draws keys with what they do in the first row of `area`; what does not fit is left out.
  public mutating func drawKeyHints(_ hints: [KeyHint], in area: Rect) {
    fill(area, Style(.statusBar))
    var x = area.x + 1
    for hint in hints {
      guard x + hint.key.columns + hint.text.columns + 1 < area.right else { return }
      var style = Style(hint.isAvailable ? .keyHint : .dim)
      style.background = .statusBar
      x = write(hint.key, at: Point(x: x, y: area.y), style, in: area)
      style.role = hint.isAvailable ? .statusBar : .dim
      x = write(" \(hint.text)  ", at: Point(x: x, y: area.y), style, in: area)
    }
  }
}
