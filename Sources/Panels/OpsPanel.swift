internal import Screen
internal import TraceFormat
internal import TraceSession

/// Where the time goes: ops by the time they took over the run.
struct OpsPanel: Panel {
  static let title = "Ops"

  static let actions: Set<Action> = [.sort, .sortReverse, .filter]

  private var view = TableView(columns: 8, sortedBy: 3, descending: true)

  var takesText: Bool { view.isTyping }

  mutating func perform(_ action: Action, _ scene: Scene, in area: Rect) -> [Effect] {
    view.perform(action, rows: rows(scene).count, in: area, Self.sortable)
    return []
  }

  mutating func type(_ key: Key) { view.type(key) }

  mutating func click(_ point: Point, _ scene: Scene, in area: Rect) -> [Effect] {
    view.click(point, rows: rows(scene).count, in: area, Self.sortable)
    return []
  }

  func layer(_ scene: Scene) -> String? { view.current(rows(scene))?.layer }

  mutating func show(layer path: String, _ scene: Scene) {
    if let index = rows(scene).firstIndex(where: { $0.layer == path }) { view.select(index) }
  }

  func draw(_ scene: Scene, on canvas: inout Canvas, in area: Rect) {
    let rows = rows(scene)
    let total = scene.snapshot.totals.keys.count
    let inside = canvas.drawFrame(
      area, title: "ops", note: view.note(shown: rows.count, of: total))
    let largest = rows.map(\.share).max() ?? 0
    let table = view.table(Self.sortable, rows, in: area) {
      cells($0, largest: largest)
    }
    canvas.draw(table, in: inside)
  }
}

// MARK: - Rows

extension OpsPanel {
  /// What a row shows.
  private struct Row {
    var name: String
    var layer: String?
    var kind: String
    var phase: Phase
    var total: OpTotals.Total
    var share: Double
    var flops: Double
    var mean: Double { total.meanTime ?? 0 }
    /// Floating-point operations in a nanosecond are 10⁹ in a second.
    var gflops: Double? { flops > 0 && mean > 0 ? flops / mean : nil }
  }

  private func rows(_ scene: Scene) -> [Row] {
    let (totals, graph) = (scene.snapshot.totals, scene.snapshot.graph)
    let all = Double(max(1, totals.totalTime))
    let rows = zip(totals.keys, totals.totals).map { key, total in
      let node = graph.node(key.node)
      let flops: UInt64 =
        switch key.phase {
        case .forward, .recompute: node?.forwardFlops ?? 0
        case .backward: node?.backwardFlops ?? 0
        default: 0
        }
      return Row(
        name: graph.name(ofNode: key.node), layer: node?.layer, kind: node?.kind ?? "",
        phase: key.phase, total: total, share: Double(total.totalTime) / all,
        flops: Double(flops))
    }
    return view.arrange(rows, names: { [$0.name, $0.kind, $0.phase.name] }, key: key)
  }

  private func key(_ row: Row, _ column: Int) -> SortKey {
    switch column {
    case 0: .text(row.name)
    case 1: .text(row.kind)
    case 2: .text(row.phase.name)
    case 3: .number(row.share)
    case 4: .number(Double(row.total.calls))
    case 5: .number(row.mean)
    case 6: .number(row.flops)
    default: .number(row.gflops)
    }
  }
}

// MARK: - Cells

extension OpsPanel {
  private static let sortable = SortableColumns(columns: columns, order: order)

  private static let columns = [
    TableColumn("op", minimum: 14, growth: 4, alignment: .left, priority: 10),
    TableColumn("kind", minimum: 9, growth: 1, alignment: .left, priority: 3),
    TableColumn("phase", minimum: 9, alignment: .left, priority: 9),
    TableColumn("share", minimum: 6, priority: 9),
    TableColumn("", minimum: 8, growth: 3, alignment: .left, priority: 6),
    TableColumn("calls", minimum: 6, priority: 4),
    TableColumn("mean", minimum: 8, priority: 8),
    TableColumn("FLOPs", minimum: 6, priority: 5),
    TableColumn("GFLOP/s", minimum: 8, priority: 7),
  ]

  /// The table's column for each that rows can be sorted by.
  private static let order = [0, 1, 2, 3, 5, 6, 7, 8]

  private func cells(_ row: Row, largest: Double) -> [TableCell] {
    let role = row.phase.role
    return [
      .name(row.name, Style(.text)), .text(row.kind, Style(.label)),
      .text(row.phase.name, Style(role)), .text(Figure.percent(row.share), Style(.value)),
      .bar(largest > 0 ? row.share / largest : 0, Style(role)),
      .text(Figure.count(Double(row.total.calls)), Style(.dim)),
      .text(Figure.duration(row.mean), Style(.text)),
      .text(row.flops > 0 ? Figure.count(row.flops) : "", Style(.dim)),
      .text(row.gflops.map { Figure.fixed($0, places: 1) } ?? "", Style(.text)),
    ]
  }
}
