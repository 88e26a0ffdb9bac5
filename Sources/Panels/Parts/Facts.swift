internal import Screen

/// A line of a page: what a figure is, and the figure.
struct Fact {
  var label: String
  var value: String
  var role: Role

  /// A figure with its name; where that is empty, text over the whole width.
  init(_ label: String, _ value: String, _ role: Role = .text) {
    self.label = label
    self.value = value
    self.role = role
  }

  /// Columns of a label.
  static let labelWidth = 10
}

extension Canvas {
  /// Draws facts below each other, long ones over several lines, and returns the rows used.
  @discardableResult
  mutating func draw(_ facts: [Fact], in area: Rect) -> Int {
    var y = 0
    for fact in facts where y < area.height {
      let label = fact.label.isEmpty ? 0 : min(Fact.labelWidth, area.width / 2)
      let line = area.row(y)
      write(
        fact.label, Style(.label),
        in: Rect(x: line.x, y: line.y, width: max(0, label - 1), height: line.height))
      let space = Rect(
        x: area.x + label, y: area.y + y, width: area.width - label, height: area.height - y)
      y += max(1, draw(lines: fact.value, Style(fact.role), in: space))
    }
    return y
  }

  /// Draws text over as many lines as it needs, and returns how many those are.
  @discardableResult
  mutating func draw(lines text: String, _ style: Style, in area: Rect) -> Int {
    let lines = text.wrapped(to: area.width)
    for (index, line) in lines.prefix(area.height).enumerated() {
      write(line, style, in: area.row(index))
    }
    return min(lines.count, area.height)
  }
}

extension String {
  /// Cut between words into lines of `width` columns at most; a longer word is cut by whoever draws.
  func wrapped(to width: Int) -> [String] {
    guard width > 0 else { return [] }
    var lines: [String] = []
    for paragraph in split(separator: "\n", omittingEmptySubsequences: false) {
      var line = ""
      for word in paragraph.split(separator: " ") {
        if !line.isEmpty, line.columns + 1 + word.columns > width {
          lines.append(line)
          line = ""
        }
        line += line.isEmpty ? String(word) : " \(word)"
      }
      lines.append(line)
    }
    return lines
  }
}

extension Array where Element == UInt64 {
  /// As PyTorch prints a shape: `[64, 256]`.
  var shapeText: String { "[" + map(String.init).joined(separator: ", ") + "]" }
}
