internal import Diagnosis
internal import Screen
internal import TraceFormat
internal import TraceSession

/// Which layer is slow, which is ill: a row for each layer or folded module, and for the loss.
struct LayersPanel: Panel {
  static let title = "Layers"
  static let actions: Set<Action> = [
    .sort, .sortReverse, .filter, .fold, .unfold, .foldAll, .open,
  ]

  private var view = TableView(columns: 9, sortedBy: -1, descending: false)
  private var folding = Folding()
  /// The layer whose page is open.
  private var opened: String?

  var takesText: Bool { view.isTyping }

  mutating func perform(_ action: Action, _ scene: Scene, in area: Rect) -> [Effect] {
    if opened != nil {
      switch action {
      case .open, .cancel: opened = nil
      case .up, .down:
        let rows = order(scene)
        view.perform(action, rows: rows.count, in: area, Self.sortable(scene, in: area))
        opened = view.current(rows)?.path
      case .left: return Dashboard.step(by: -1, scene)
      case .right: return Dashboard.step(by: 1, scene)
      default: break
      }
      return []
    }
    let rows = order(scene)
    let current = view.current(rows)
    switch action {
    case .fold: if let current { folding.fold(current.path) }
    case .unfold: if let current { folding.unfold(current.path) }
    case .foldAll: folding.toggleAll(scene.snapshot.graph.leafLayers.lazy.map(\.path))
    case .open:
      if let current, current.isModule {
        folding.unfold(current.path)
      } else {
        opened = current?.path
      }
    default:
      view.perform(action, rows: rows.count, in: area, Self.sortable(scene, in: area))
      return []
    }
    if let current { show(layer: current.path, scene) }
    return []
  }

  mutating func type(_ key: Key) { view.type(key) }

  mutating func click(_ point: Point, _ scene: Scene, in area: Rect) -> [Effect] {
    if opened == nil {
      view.click(point, rows: order(scene).count, in: area, Self.sortable(scene, in: area))
    }
    return []
  }

  func layer(_ scene: Scene) -> String? { view.current(order(scene))?.layers.last?.path }

  mutating func show(layer path: String, _ scene: Scene) {
    let module = folding.module(of: path) ?? path
    if let index = order(scene).firstIndex(where: { $0.path == module }) { view.select(index) }
    if opened != nil { opened = path }
  }

  mutating func show(_ finding: Finding, _ scene: Scene) {
    guard let layer = finding.layer else { return }
    folding.reveal(layer)
    show(layer: layer, scene)
    opened = layer
  }

  func draw(_ scene: Scene, on canvas: inout Canvas, in area: Rect) {
    if let opened, let layer = scene.snapshot.graph.layer(opened) {
      LayerPage(layer: layer).draw(scene, on: &canvas, in: area)
      return
    }
    let rows = arranged(scene)
    let total = scene.snapshot.graph.leafLayers.count
    let inside = canvas.drawFrame(
      area, title: view.column < 0 && view.isDescending ? "layers, last first" : "layers",
      note: view.note(shown: rows.count, of: total))
    let slowest = rows.map { max($0.figures.forward ?? 0, $0.figures.backward ?? 0) }.max() ?? 0
    let table = view.table(Self.sortable(scene, in: area), rows, in: area) {
      cells($0, slowest: slowest, scene)
    }
    canvas.draw(table, in: inside)
  }
}

// MARK: - Rows

extension LayersPanel {
  /// What a row shows.
  private struct Row {
    var row: LayerRow
    var figures: LayerFigures
  }

  /// The rows as they stand; their figures are looked up only where they tell the order.
  private func order(_ scene: Scene) -> [LayerRow] {
    guard view.column <= 1 else { return arranged(scene).map(\.row) }
    return view.arrange(
      folding.rows(scene.snapshot.graph.leafLayers), names: { [$0.path, $0.kind] },
      key: { row, column in .text(column == 0 ? row.path : row.kind) })
  }

  private func arranged(_ scene: Scene) -> [Row] {
    let rms = scene.snapshot.outputRMS
    let all = folding.rows(scene.snapshot.graph.leafLayers).map { row in
      Row(row: row, figures: LayerFigures(row.layers, scene.snapshot, rms))
    }
    return view.arrange(all, names: { [$0.row.path, $0.row.kind] }, key: key)
  }

  private func key(_ row: Row, _ column: Int) -> SortKey {
    switch column {
    case 0: .text(row.row.path)
    case 1: .text(row.row.kind)
    case 2: .number(row.figures.parameters)
    case 3: .number(row.figures.forward)
    case 4: .number(row.figures.backward)
    case 5: .number(row.figures.ratio)
    case 6: .number(row.figures.savedBytes)
    case 7: .number(row.figures.gradNorm)
    default: .number(row.figures.updateRatio)
    }
  }
}

// MARK: - Cells

extension LayersPanel {
  /// Names get more where there is more room, up to what the longest of them needs.
  private static func sortable(_ scene: Scene, in area: Rect) -> SortableColumns {
    let longest = scene.snapshot.graph.leafLayers.lazy.map(\.path.columns).max() ?? 0
    var sortable = SortableColumns(columns: columns, order: order)
    sortable.columns[0].minimum = max(14, min(longest, area.inset().width * 18 / 100))
    return sortable
  }

  private static let columns = [
    TableColumn("layer", minimum: 14, growth: 4, alignment: .left, priority: 10),
    TableColumn("kind", minimum: 9, growth: 1, alignment: .left, priority: 4),
    TableColumn("params", minimum: 6, priority: 3),
    TableColumn("forward", minimum: 8, priority: 8),
    TableColumn("", minimum: 6, growth: 2, alignment: .left, priority: 2),
    TableColumn("backward", minimum: 8, priority: 8),
    TableColumn("", minimum: 6, growth: 2, alignment: .left, priority: 2),
    TableColumn("b/f", minimum: 4, priority: 5),
    TableColumn("saved", minimum: 8, priority: 6),
    TableColumn("grad norm", minimum: 9, priority: 9),
    TableColumn("over the run", minimum: 12, growth: 4, alignment: .left, priority: 7),
    TableColumn("upd/w", minimum: 7, priority: 4),
    TableColumn("", minimum: 2, alignment: .left, priority: 9),
  ]

  /// The table's column for each that rows can be sorted by.
  private static let order = [0, 1, 2, 3, 5, 7, 8, 9, 11]

  private func cells(_ row: Row, slowest: Double, _ scene: Scene) -> [TableCell] {
    func time(_ value: Double?) -> TableCell {
      .text(value.map { Figure.duration($0) } ?? "–", Style(value == nil ? .dim : .text))
    }
    func bar(_ value: Double?, _ role: Role) -> TableCell {
      .bar(slowest > 0 ? (value ?? 0) / slowest : 0, Style(role))
    }
    let figures = row.figures
    let host = figures.host.map { $0.split(separator: "/").last.map(String.init) ?? $0 }
    let norm = figures.gradNorm.map { Figure.number($0) } ?? "–"
    let isBad = figures.gradNorm.map { !$0.isFinite } ?? false
    let name = row.row.isModule ? row.row.path + "/" : row.row.path
    let worst = scene.worst(of: row.row.layers.lazy.map(\.path))
    let (history, extent) = (figures.history, scene.snapshot.extent)
    return [
      .name(name, Style(row.row.isLoss || row.row.isModule ? .title : .text)),
      .text(row.row.kind, Style(.label)),
      .text(figures.parameters > 0 ? Figure.count(figures.parameters) : "", Style(.text)),
      host.map { .wide("in \($0)", Style(.dim)) } ?? time(figures.forward),
      bar(figures.forward, .forward),
      host == nil ? time(figures.backward) : .text("", Style(.dim)),
      bar(figures.backward, .backward),
      host != nil
        ? .text("", Style(.dim)) : .text(figures.ratio.map(Self.ratio) ?? "–", Style(.dim)),
      .text(figures.savedBytes > 0 ? Figure.bytes(figures.savedBytes) : "", Style(.text)),
      .text(norm, Style(isBad ? .error : figures.gradNorm == nil ? .dim : .value)),
      .sparkline({ Self.sparkline(history, extent, width: $0) }, Style(.gradient)),
      .text(figures.updateRatio.map { Figure.scientific($0) } ?? "", Style(.dim)),
      .text(worst == nil ? "" : "!", Style(worst?.role ?? .dim)),
    ]
  }

  /// In four columns at most.
  private static func ratio(_ value: Double) -> String {
    value < 99.95
      ? Figure.fixed(value, places: 1) : value < 9999.5 ? Figure.fixed(value, places: 0) : ">10k"
  }

  private static func sparkline(
    _ history: Series?, _ extent: ClosedRange<Int>?, width: Int
  ) -> Sparkline {
    guard let history, let extent else { return Sparkline([]) }
    var last: Double?
    let values = history.resampled(to: width, over: extent).map { block -> Double? in
      // Norms are measured now and then; between two of them the older one stands.
      if let block, block.finite > 0 { last = Double(block.max) }
      return last
    }
    return Sparkline(values, logarithmic: true)
  }
}
