internal import Screen

/// The columns of a table, and which of them rows can be sorted by.
struct SortableColumns: Sendable {
  var columns: [TableColumn]
  /// The table's column for each that rows can be sorted by.
  var order: [Int]

  /// Those to sort by that are shown in `area`, frame included.
  func shown(in area: Rect) -> [Int] {
    let shown = Table(columns, []).shown(in: area.inset().width)
    return order.indices.filter { shown[order[$0]] }
  }

  /// The one to sort by whose header is at `x`; a bar belongs to the figure before it.
  func column(at x: Int, in area: Rect) -> Int? {
    guard let column = Table(columns, []).column(at: x, in: area.inset()) else { return nil }
    if let index = order.firstIndex(of: column) { return index }
    return columns[column].title.isEmpty ? order.lastIndex { $0 == column - 1 } : nil
  }
}

/// How a table is looked at: which row, in which order, with which filter.
struct TableView: Sendable {
  private(set) var selected = 0
  /// The first row that was shown when somebody did something last.
  private var top = 0
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

  mutating func perform(
    _ action: Action, rows: Int, in area: Rect, _ sortable: SortableColumns? = nil
  ) {
    let shown = sortable?.shown(in: area) ?? Array(0..<columns)
    let page = Self.page(area)
    top = offset(showing: selected, of: rows, in: area)
    switch action {
    case .up: selected -= 1
    case .down: selected += 1
    case .pageUp: (selected, top) = (selected - page, top - page)
    case .pageDown: (selected, top) = (selected + page, top + page)
    case .sort, .right: sort(by: 1, of: shown)
    case .left: sort(by: -1, of: shown)
    case .sortReverse: isDescending.toggle()
    case .filter: isTyping = true
    case .cancel: filter = ""
    default: break
    }
    selected = max(0, min(selected, rows - 1))
    top = offset(showing: selected, of: rows, in: area)
  }

  /// Goes on through the columns that are shown, and the order of the graph.
  private mutating func sort(by count: Int, of shown: [Int]) {
    let places = [-1] + shown
    // From one that is not shown any more, to the next that is.
    let here = places.lastIndex { $0 <= column } ?? 0
    let isShown = places[here] == column
    let next = count < 0 && !isShown ? here : here + count
    column = places[(next + places.count) % places.count]
  }

  mutating func type(_ key: Key) {
    switch key {
    case .character(let character): filter.append(character)
    case .backspace: filter = String(filter.dropLast())
    case .escape: (filter, isTyping) = ("", false)
    case .enter: isTyping = false
    default: break
    }
    (selected, top) = (0, 0)
  }

  /// Moves the cursor to a row.
  mutating func select(_ row: Int) {
    selected = max(0, row)
  }

  mutating func click(
    _ point: Point, rows: Int, in area: Rect, _ sortable: SortableColumns? = nil
  ) {
    let inside = area.inset()
    guard inside.contains(point) else { return }
    if point.y == inside.y {
      guard let sortable, let clicked = sortable.column(at: point.x, in: area) else { return }
      // Of figures the largest are looked for, of words the first.
      let isFigure = sortable.columns[sortable.order[clicked]].alignment == .right
      isDescending = clicked == column ? !isDescending : isFigure
      column = clicked
      return
    }
    top = offset(showing: selected, of: rows, in: area)
    let row = top + point.y - inside.y - 1
    if row < rows { selected = row }
  }

  /// The first of `rows` rows that is shown in `area`, frame included: rows stand still as long as the
  /// selected one is among them, and no space is left below the last.
  func offset(showing selected: Int, of rows: Int, in area: Rect) -> Int {
    let height = max(0, area.inset().height - 1)
    let start = max(0, min(top, rows - height))
    return Table.offset(start, showing: max(0, min(selected, rows - 1)), height: height)
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
  func table<Row>(
    _ sortable: SortableColumns, _ rows: [Row], in area: Rect, cells: (Row) -> [TableCell]
  ) -> Table {
    let current = min(selected, rows.count - 1)
    let first = offset(showing: selected, of: rows.count, in: area)
    let visible = rows.dropFirst(first).prefix(max(0, area.inset().height - 1))
    var table = Table(sortable.columns, visible.map(cells))
    table.selected = rows.isEmpty ? nil : current - first
    table.sort = column >= 0 ? (sortable.order[column], isDescending) : nil
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
