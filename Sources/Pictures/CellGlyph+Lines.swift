extension CellGlyph {
  /// Lines from the middle to the left, right, top and bottom; 1 is light, 2 is heavy.
  private static let arms: [Unicode.Scalar: (left: Int, right: Int, top: Int, bottom: Int)] = [
    "─": (1, 1, 0, 0), "━": (2, 2, 0, 0), "│": (0, 0, 1, 1), "┃": (0, 0, 2, 2),
    "┌": (0, 1, 0, 1), "┐": (1, 0, 0, 1), "└": (0, 1, 1, 0), "┘": (1, 0, 1, 0),
    "├": (0, 1, 1, 1), "┤": (1, 0, 1, 1), "┬": (1, 1, 0, 1), "┴": (1, 1, 1, 0),
    "┼": (1, 1, 1, 1), "╴": (1, 0, 0, 0), "╵": (0, 0, 1, 0), "╶": (0, 1, 0, 0),
    "╷": (0, 0, 0, 1), "╸": (2, 0, 0, 0), "╹": (0, 0, 2, 0), "╺": (0, 2, 0, 0),
    "╻": (0, 0, 0, 2), "┏": (0, 2, 0, 2), "┓": (2, 0, 0, 2), "┗": (0, 2, 2, 0),
    "┛": (2, 0, 2, 0), "┣": (0, 2, 2, 2), "┫": (2, 0, 2, 2), "┳": (2, 2, 0, 2),
    "┻": (2, 2, 2, 0), "╋": (2, 2, 2, 2), "┝": (0, 2, 1, 1), "┥": (2, 0, 1, 1),
    "┠": (0, 1, 2, 2), "┨": (1, 0, 2, 2), "╞": (0, 2, 1, 1), "╡": (2, 0, 1, 1),
  ]

  private static let corners: [Unicode.Scalar: (x: Double, y: Double)] = [
    "╭": (1, 1), "╮": (-1, 1), "╰": (1, -1), "╯": (-1, -1),
  ]

  /// How many dashes a dashed line has, and whether it runs from left to right.
  private static let dashes: [Unicode.Scalar: (count: Int, isHorizontal: Bool)] = [
    "╌": (2, true), "┄": (3, true), "┈": (4, true), "╎": (2, false), "┆": (3, false),
    "┊": (4, false),
  ]

  /// The lines of a box; nil: the character is none.
  static func lines(_ scalar: Unicode.Scalar) -> [Shape]? {
    let (x, y) = (width / 2, height / 2)
    func line(_ fromX: Double, _ fromY: Double, _ toX: Double, _ toY: Double, _ weight: Int)
      -> Shape
    {
      .line(fromX: fromX, fromY: fromY, toX: toX, toY: toY, isHeavy: weight == 2)
    }
    if let corner = corners[scalar] { return [.corner(towardsX: corner.x, towardsY: corner.y)] }
    if let arms = arms[scalar] {
      // A line that goes through is one, so that nothing shows where halves would meet.
      if arms.left == arms.right, arms.left > 0, arms.top + arms.bottom == 0 {
        return [line(0, y, width, y, arms.left)]
      }
      if arms.top == arms.bottom, arms.top > 0, arms.left + arms.right == 0 {
        return [line(x, 0, x, height, arms.top)]
      }
      let all = [
        (arms.left, line(0, y, x, y, arms.left)), (arms.right, line(x, y, width, y, arms.right)),
        (arms.top, line(x, 0, x, y, arms.top)), (arms.bottom, line(x, y, x, height, arms.bottom)),
      ]
      return all.filter { $0.0 > 0 }.map(\.1)
    }
    guard let dash = dashes[scalar] else { return nil }
    let length = (dash.isHorizontal ? width : height) / Double(dash.count)
    return (0..<dash.count).map { index in
      let start = length * (Double(index) + 0.25)
      let end = start + length / 2
      return dash.isHorizontal ? line(start, y, end, y, 1) : line(x, start, x, end, 1)
    }
  }
}
