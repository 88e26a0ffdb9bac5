/// What stands in one cell of a table.
public enum TableCell: Sendable {
  case text(String, Style)
  /// Text that is cut in its middle: names often differ at their ends.
  case name(String, Style)
  /// A bar over a fraction of the cell.
  case bar(Double, Style)
  /// What the closure makes for the width of the cell.
  case sparkline(@Sendable (Int) -> Sparkline, Style)
}

/// A column of a table.
public struct TableColumn: Sendable {
  /// Its header.
  public var title: String
  /// Columns it needs at least.
  public var minimum: Int
  /// How much of the space that is left it gets; 0: none.
  public var growth: Int
  /// Where text stands in it.
  public var alignment: Alignment
  /// Columns of low priority vanish first where space is short.
  public var priority: Int

  /// A column of at least `minimum` cells.
  public init(
    _ title: String, minimum: Int, growth: Int = 0, alignment: Alignment = .right,
    priority: Int = 5
  ) {
    self.title = title
    self.minimum = minimum
    self.growth = growth
    self.alignment = alignment
    self.priority = priority
  }
}

/// Rows under a header, of which one may be selected.
public struct Table: Sendable {
  /// Its columns.
  public var columns: [TableColumn]
  /// Its rows; each has a cell for each column.
  public var rows: [[TableCell]]
  /// The selected row.
  public var selected: Int?
  /// The first row that is shown.
  public var offset = 0
  /// The column that rows are sorted by, and whether the largest comes first.
  public var sort: (column: Int, isDescending: Bool)?

  /// A table of `rows`.
  public init(_ columns: [TableColumn], _ rows: [[TableCell]]) {
    self.columns = columns
    self.rows = rows
  }

  /// The offset nearest to `offset` at which `selected` is among `height` visible rows.
  public static func offset(_ offset: Int, showing selected: Int, height: Int) -> Int {
    guard height > 0 else { return offset }
    return max(0, min(selected, max(offset, selected - height + 1)))
  }

  /// Widths of the columns in `width` cells; nil where a column is left out.
  func widths(in width: Int) -> [Int?] {
    var shown = Set(columns.indices)
    func needed() -> Int { shown.reduce(0) { $0 + columns[$1].minimum + 1 } - 1 }
    while needed() > width, shown.count > 1 {
      let least = shown.min {
        (columns[$0].priority, -$0) < (columns[$1].priority, -$1)
      }
      if let least { shown.remove(least) }
    }
    var left = max(0, width - needed())
    var growth = shown.reduce(0) { $0 + columns[$1].growth }
    return columns.indices.map { index in
      guard shown.contains(index) else { return nil }
      guard growth > 0, columns[index].growth > 0 else {
        return min(width, columns[index].minimum)
      }
      let extra = left * columns[index].growth / growth
      left -= extra
      growth -= columns[index].growth
      return min(width, columns[index].minimum + extra)
    }
  }
}

extension Canvas {
  /// Draws `table` in `area`: its header, and as many rows as fit.
  public mutating func draw(_ table: Table, in area: Rect) {
    guard !area.isEmpty else { return }
    let widths = table.widths(in: area.width)
    var places: [(column: Int, x: Int, width: Int)] = []
    var x = area.x
    for (column, width) in widths.enumerated() {
      guard let width else { continue }
      places.append((column, x, width))
      x += width + 1
    }
    fill(area.row(0), Style(.header))
    for place in places {
      let column = table.columns[place.column]
      var title = column.title
      if let sort = table.sort, sort.column == place.column {
        title +=
          glyphs == .unicode ? (sort.isDescending ? "▼" : "▲") : (sort.isDescending ? "v" : "^")
      }
      write(
        title, Style(.header), in: Rect(x: place.x, y: area.y, width: place.width, height: 1),
        alignment: column.alignment)
    }
    for line in 0..<max(0, area.height - 1) {
      let row = table.offset + line
      guard table.rows.indices.contains(row) else { break }
      let y = area.y + 1 + line
      for place in places where table.rows[row].indices.contains(place.column) {
        draw(
          table.rows[row][place.column], table.columns[place.column].alignment,
          in: Rect(x: place.x, y: y, width: place.width, height: 1).intersection(area))
      }
      if table.selected == row {
        restyle(Rect(x: area.x, y: y, width: area.width, height: 1)) {
          $0.background = .selection
        }
      }
    }
  }

  private mutating func draw(_ cell: TableCell, _ alignment: Alignment, in area: Rect) {
    switch cell {
    case .text(let text, let style): write(text, style, in: area, alignment: alignment)
    case .name(let text, let style):
      let short = text.fittedAtBothEnds(
        to: area.width, ellipsis: glyphs == .ascii ? "~" : "…")
      write(short, style, in: area, alignment: alignment)
    case .bar(let fraction, let style): drawBar(fraction, style, in: area)
    case .sparkline(let make, let style): draw(make(area.width), style, in: area)
    }
  }
}
