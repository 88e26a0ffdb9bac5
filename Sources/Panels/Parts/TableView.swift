internal import Screen

/// How a table is looked at: which row, in which order, with which filter.
struct TableView: Sendable {
  private(set) var selected = 0
  private(set) var column: Int
  private(set) var isDescending: Bool
  private(set) var filter = ""
  private(set) var isTyping = false
  private let columns: Int

  /// - Parameter column: What rows are sorted by at first; -1: the graph's order.
  init(columns: Int, sortedBy column: Int, descending: Bool) {
    self.columns = columns
    self.column = column
    isDescending = descending
  }

  /// A page in `area`: without the frame and the header.
  static func page(_ area: Rect) -> Int { max(1, area.height - 3) }

  mutating func perform(_ action: Action, rows: Int, in area: Rect) {
    let page = Self.page(area)
    switch action {
    case .up: selected -= 1
    case .down: selected += 1
    case .pageUp: selected -= page
    case .pageDown: selected += page
    case .sort, .right: sort(by: column + 1)
    case .left: sort(by: column - 1)
    case .sortReverse: isDescending.toggle()
    case .filter: isTyping = true
    case .cancel: filter = ""
    default: break
    }
    selected = max(0, min(selected, rows - 1))
  }

  private mutating func sort(by next: Int) {
    // One place more than columns: the order of the graph.
    column = (next + 1 + columns + 1) % (columns + 1) - 1
  }

  mutating func type(_ key: Key) {
    switch key {
    case .character(let character): filter.append(character)
    case .backspace: filter = String(filter.dropLast())
    case .escape: (filter, isTyping) = ("", false)
    case .enter: isTyping = false
    default: break
    }
    selected = 0
  }

  /// Moves the cursor to a row.
  mutating func select(_ row: Int) {
    selected = max(0, row)
  }

  mutating func click(_ point: Point, rows: Int, in area: Rect) {
    let inside = area.inset()
    guard inside.contains(point), point.y > inside.y else { return }
    let row = offset(in: area) + point.y - inside.y - 1
    if row < rows { selected = row }
  }

  func offset(in area: Rect) -> Int {
    Table.offset(0, showing: selected, height: area.inset().height - 1)
  }

  /// The row under the cursor, of those that are shown.
  func current<Row>(_ rows: [Row]) -> Row? {
    rows.isEmpty ? nil : rows[min(selected, rows.count - 1)]
  }

  /// Whether the filter lets a row with these names through.
  func shows(_ names: [String]) -> Bool {
    filter.isEmpty || names.contains { $0.lowercased().contains(filter.lowercased()) }
  }

  /// Sorted by the keys of the chosen column, and filtered by name.
  func arrange<Row>(
    _ rows: [Row], names: (Row) -> [String], key: (Row, Int) -> SortKey
  ) -> [Row] {
    let shown = filter.isEmpty ? rows : rows.filter { shows(names($0)) }
    guard column >= 0 else { return isDescending ? shown.reversed() : shown }
    let keyed = shown.map { key($0, column) }
    let order = shown.indices.sorted { a, b in
      let (x, y) = (keyed[a], keyed[b])
      if x.isMeasured != y.isMeasured { return x.isMeasured }
      if x == y || !x.isMeasured { return a < b }
      return isDescending ? y < x : x < y
    }
    return order.map { shown[$0] }
  }

  /// A table of the rows that can be seen in `area`, frame included.
  ///
  /// - Parameter order: The table's column for each that rows can be sorted by.
  func table<Row>(
    _ columns: [TableColumn], _ rows: [Row], order: [Int], in area: Rect,
    cells: (Row) -> [TableCell]
  ) -> Table {
    let current = min(selected, rows.count - 1)
    let first = Table.offset(0, showing: max(0, current), height: area.inset().height - 1)
    let visible = rows.dropFirst(first).prefix(max(0, area.inset().height - 1))
    var table = Table(columns, visible.map(cells))
    table.selected = rows.isEmpty ? nil : current - first
    table.sort = column >= 0 ? (order[column], isDescending) : nil
    return table
  }

  /// The box's note: filter and count.
  func note(shown: Int, of total: Int) -> String {
    if isTyping { return "/\(filter)▏ \(shown)/\(total)" }
    return filter.isEmpty ? "\(total)" : "/\(filter) \(shown)/\(total)"
  }
}

/// What a row is sorted by; what was not measured comes last, whichever way the others run.
enum SortKey: Equatable, Comparable {
  case text(String)
  case number(Double?)

  /// Whether it has a place in an order.
  var isMeasured: Bool {
    if case .number(let number) = self { number.map { !$0.isNaN } ?? false } else { true }
  }

  static func < (left: SortKey, right: SortKey) -> Bool {
    switch (left, right) {
    case (.text(let a), .text(let b)): a < b
    case (.number(let a), .number(let b)): (a ?? -.infinity) < (b ?? -.infinity)
    case (.text, .number): true
    case (.number, .text): false
    }
  }
}
