extension Canvas {
  /// Draws a box with a title at its top left and a note at its top right, and returns its inside.
  @discardableResult
  public mutating func drawFrame(_ area: Rect, title: String = "", note: String = "") -> Rect {
    guard area.width >= 2, area.height >= 2 else {
      return Rect(x: area.x, y: area.y, width: 0, height: 0)
    }
    let style = Style(.border)
    let (h, v, corners): (Character, Character, [Character]) =
      glyphs == .unicode ? ("─", "│", ["╭", "╮", "╰", "╯"]) : ("-", "|", ["+", "+", "+", "+"])
    for y in [area.y, area.bottom - 1] {
      fill(Rect(x: area.x, y: y, width: area.width, height: 1), with: h, style)
    }
    for x in [area.x, area.right - 1] {
      fill(Rect(x: x, y: area.y, width: 1, height: area.height), with: v, style)
    }
    self[area.x, area.y] = Cell(character: corners[0], style: style)
    self[area.right - 1, area.y] = Cell(character: corners[1], style: style)
    self[area.x, area.bottom - 1] = Cell(character: corners[2], style: style)
    self[area.right - 1, area.bottom - 1] = Cell(character: corners[3], style: style)
    let line = Rect(x: area.x + 2, y: area.y, width: area.width - 4, height: 1)
    var used = 0
    if !title.isEmpty, line.width >= 3 {
      let text = " \(title.fitted(to: line.width - 2)) "
      write(text, at: Point(x: line.x, y: line.y), Style(.title), in: line)
      used = text.columns
    }
    if !note.isEmpty, line.width - used >= note.columns + 3 {
      write(
        " \(note) ", Style(.dim),
        in: Rect(x: line.x + used, y: line.y, width: line.width - used, height: 1),
        alignment: .right)
    }
    return area.inset()
  }
}
