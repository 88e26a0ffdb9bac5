internal import Screen

/// A part of a whole, with its figure.
struct PartOfWhole {
  var name: String
  var amount: Double
  var figure: String
  var role: Role
  /// What stands before its name; nil: a block.
  var mark: Character?
}

extension Canvas {
  /// Draws a bar of all parts, and a line for each below it.
  mutating func draw(_ parts: [PartOfWhole], of whole: Double, in area: Rect) {
    let shares = parts.map { whole > 0 ? $0.amount / whole : 0 }
    drawStackedBar(
      zip(shares, parts).map { ($0, Style($1.role)) }, in: area.row(0), empty: Style(.gaugeEmpty))
    for (index, part) in parts.enumerated() {
      let line = area.row(index + (area.height > parts.count + 1 ? 2 : 1))
      let mark = part.mark ?? (glyphs == .unicode ? "■" : "*")
      write("\(mark) ", at: Point(x: line.x, y: line.y), Style(part.role), in: line)
      // A narrow box does without percentages rather than with half of a name.
      let columns = Rect(x: line.x + 2, y: line.y, width: line.width - 2, height: line.height)
        .columns(.share(1), .cells(9), .cells(line.width < 28 ? 0 : 7))
      write(part.name, Style(.label), in: columns[0])
      write(part.figure, Style(.text), in: columns[1], alignment: .right)
      write(Figure.percent(shares[index]), Style(.dim), in: columns[2], alignment: .right)
    }
  }
}
