/// What stands in one cell of a table.
public enum TableCell: Sendable {
  case text(String, Style)
  /// Text that is cut where that keeps the names of a column apart.
  case name(String, Style)
  /// Text that goes on over the cells behind it, as far as nothing stands in those.
  case wide(String, Style)
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

extension Table {
  /// Whether each column is shown in `width` cells.
  public func shown(in width: Int) -> [Bool] { widths(in: width).map { $0 != nil } }

  /// The column under `x`, where the table is drawn in `area`; nil where none is.
  public func column(at x: Int, in area: Rect) -> Int? {
    places(in: area).first { ($0.x..<$0.x + $0.width).contains(x) }?.column
  }

  /// Where the columns that are shown stand.
  func places(in area: Rect) -> [(column: Int, x: Int, width: Int)] {
    var places: [(column: Int, x: Int, width: Int)] = []
    var x = area.x
    for (column, width) in widths(in: area.width).enumerated() {
      guard let width else { continue }
      places.append((column, x, width))
      x += width + 1
    }
    return places
  }
}

extension TableCell {
  /// Whether nothing stands in it.
  var isEmpty: Bool {
    switch self {
    case .text(let text, _), .name(let text, _), .wide(let text, _): text.isEmpty
    case .bar(let fraction, _): fraction <= 0
    case .sparkline: false
    }
  }
}

extension Canvas {
  /// Draws `table` in `area`: its header, and as many rows as fit.
  public mutating func draw(_ table: Table, in area: Rect) {
    guard !area.isEmpty else { return }
    let places = table.places(in: area)
    fill(area.row(0), Style(.header))
    for place in places {
      let column = table.columns[place.column]
      var title = column.title
      if let sort = table.sort, sort.column == place.column {
        let mark =
          glyphs == .unicode ? (sort.isDescending ? "▼" : "▲") : (sort.isDescending ? "v" : "^")
        // The mark is never cut; of the title, a letter may be.
        while title.columns >= place.width, !title.isEmpty { title.removeLast() }
        title += mark
      }
      write(
        title, Style(.header), in: Rect(x: place.x, y: area.y, width: place.width, height: 1),
        alignment: column.alignment)
    }
    let shown = table.rows.indices.dropFirst(table.offset).prefix(max(0, area.height - 1))
    let names = Self.names(of: table.rows[shown], places, ellipsis: glyphs == .ascii ? "~" : "…")
    for line in 0..<max(0, area.height - 1) {
      let row = table.offset + line
      guard table.rows.indices.contains(row) else { break }
      let y = area.y + 1 + line
      let cells = table.rows[row]
      for (index, place) in places.enumerated() where cells.indices.contains(place.column) {
        var space = Rect(x: place.x, y: y, width: place.width, height: 1)
        if case .wide = cells[place.column] {
          for next in places[(index + 1)...] {
            guard cells.indices.contains(next.column), cells[next.column].isEmpty else { break }
            space.width = next.x + next.width - space.x
          }
        }
        var cell = cells[place.column]
        if case .name(_, let style) = cell, let name = names[place.column]?[line] {
          cell = .text(name, style)
        }
        draw(cell, table.columns[place.column].alignment, in: space.intersection(area))
      }
      if table.selected == row {
        restyle(Rect(x: area.x, y: y, width: area.width, height: 1)) {
          $0.background = .selection
        }
      }
    }
  }

  /// The names in each column of `rows`, cut to its width so that they differ.
  private static func names(
    of rows: ArraySlice<[TableCell]>, _ places: [(column: Int, x: Int, width: Int)],
    ellipsis: Character
  ) -> [Int: [String]] {
    var names: [Int: [String]] = [:]
    for place in places {
      var isNamed = false
      let column = rows.map { row -> String in
        guard row.indices.contains(place.column), case .name(let text, _) = row[place.column]
        else { return "" }
        isNamed = true
        return text
      }
      if isNamed {
        names[place.column] = column.fittedApart(to: place.width, ellipsis: ellipsis)
      }
    }
    return names
  }

  private mutating func draw(_ cell: TableCell, _ alignment: Alignment, in area: Rect) {
    switch cell {
    case .text(let text, let style): write(text, style, in: area, alignment: alignment)
    case .name(let text, let style): write(text, style, in: area, alignment: alignment)
    case .wide(let text, let style): write(text, style, in: area)
    case .bar(let fraction, let style): drawBar(fraction, style, in: area)
    case .sparkline(let make, let style): draw(make(area.width), style, in: area)
    }
  }
}
