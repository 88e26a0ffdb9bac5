internal import Diagnosis
internal import Screen
internal import TraceFormat
internal import TraceSession

/// Which layer is slow, which is ill: a row for each layer, and for the loss.
struct LayersPanel: Panel {
  static let title = "Layers"

  private var view = TableView(columns: 9, sortedBy: -1, descending: false)

  var takesText: Bool { view.isTyping }

  mutating func perform(_ action: Action, _ scene: Scene, in area: Rect) -> [Effect] {
    view.perform(action, rows: rows(scene).count, in: area)
    return []
  }

  mutating func type(_ key: Key) { view.type(key) }

  mutating func click(_ point: Point, _ scene: Scene, in area: Rect) -> [Effect] {
    view.click(point, rows: rows(scene).count, in: area)
    return []
  }

  func draw(_ scene: Scene, on canvas: inout Canvas, in area: Rect) {
    let rows = rows(scene)
    let total = scene.snapshot.graph.leafLayers.count
    let inside = canvas.drawFrame(
      area, title: "layers", note: view.note(shown: rows.count, of: total))
    let slowest = rows.map { max($0.forward ?? 0, $0.backward ?? 0) }.max() ?? 0
    var table = Table(Self.columns, rows.map { cells($0, slowest: slowest, scene) })
    table.selected = rows.isEmpty ? nil : min(view.selected, rows.count - 1)
    table.offset = view.offset(in: area)
    table.sort = view.column >= 0 ? (Self.order[view.column], view.isDescending) : nil
    canvas.draw(table, in: inside)
  }
}

// MARK: - Rows

extension LayersPanel {
  /// What a row shows.
  private struct Row {
    var layer: Graph.Layer
    var parameters: Double
    /// Mean nanoseconds of a step.
    var forward: Double?
    var backward: Double?
    var savedBytes: Double
    var gradNorm: Double?
    var history: Series?
    var updateRatio: Double?
    var finding: Finding?
  }

  private func rows(_ scene: Scene) -> [Row] {
    let (snapshot, graph) = (scene.snapshot, scene.snapshot.graph)
    let all = graph.leafLayers.map { layer in
      let output = graph.outputNode(ofLayer: layer.path)
      let history = output.flatMap { snapshot.outputGradNorms[$0.id] }
      let ratios = graph.parameters(ofLayer: layer.path).compactMap {
        snapshot.updateRatios[$0.id]?.value(at: snapshot.cursor).map { Double($0.mean) }
      }
      return Row(
        layer: layer, parameters: Double(graph.parameterCount(ofLayer: layer.path)),
        forward: time(of: layer, in: .forward, snapshot),
        backward: time(of: layer, in: .backward, snapshot),
        savedBytes: Double(graph.savedBytes(ofLayer: layer.path)),
        gradNorm: norm(history, snapshot), history: history, updateRatio: ratios.max(),
        finding: scene.findings.first { $0.layer == layer.path })
    }
    return view.arrange(all, names: { [$0.layer.path, $0.layer.kind] }, key: key)
  }

  /// The newest norm measured at or before the cursor.
  private func norm(_ history: Series?, _ snapshot: Snapshot) -> Double? {
    guard let history else { return nil }
    let step = snapshot.activationStep.map { Int($0.index) } ?? snapshot.cursor
    return (history.value(at: step)).flatMap { $0.finite > 0 ? Double($0.mean) : .nan }
  }

  private func time(
    of layer: Graph.Layer, in phase: Phase, _ snapshot: Snapshot
  ) -> Double? {
    guard snapshot.totals.steps > 0 else { return nil }
    let totals = snapshot.graph.nodes(ofLayer: layer.path).compactMap {
      snapshot.totals.total(of: $0.id, in: phase)
    }
    guard !totals.isEmpty else { return nil }
    return totals.reduce(0) { $0 + Double($1.totalTime) } / Double(snapshot.totals.steps)
  }

  private func key(_ row: Row, _ column: Int) -> SortKey {
    switch column {
    case 0: .text(row.layer.path)
    case 1: .text(row.layer.kind)
    case 2: .number(row.parameters)
    case 3: .number(row.forward)
    case 4: .number(row.backward)
    case 5: .number(ratio(row))
    case 6: .number(row.savedBytes)
    case 7: .number(row.gradNorm)
    default: .number(row.updateRatio)
    }
  }

  private func ratio(_ row: Row) -> Double? {
    guard let forward = row.forward, let backward = row.backward, forward > 0 else { return nil }
    return backward / forward
  }
}

// MARK: - Cells

extension LayersPanel {
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
    let norm = row.gradNorm.map { Figure.number($0) } ?? "–"
    let isBad = row.gradNorm.map { !$0.isFinite } ?? false
    return [
      .text(row.layer.path, Style(row.layer.isLoss ? .title : .text)),
      .text(row.layer.kind, Style(.label)),
      .text(row.parameters > 0 ? Figure.count(row.parameters) : "", Style(.text)),
      time(row.forward), bar(row.forward, .forward), time(row.backward),
      bar(row.backward, .backward),
      .text(ratio(row).map { Figure.fixed($0, places: 1) } ?? "–", Style(.dim)),
      .text(row.savedBytes > 0 ? Figure.bytes(row.savedBytes) : "", Style(.text)),
      .text(norm, Style(isBad ? .error : row.gradNorm == nil ? .dim : .value)),
      .sparkline(sparkline(row, scene), Style(.gradient)),
      .text(row.updateRatio.map { Figure.scientific($0) } ?? "", Style(.dim)),
      .text(row.finding == nil ? "" : "!", Style(.error)),
    ]
  }

  private func sparkline(_ row: Row, _ scene: Scene) -> Sparkline {
    guard let history = row.history, let extent = scene.snapshot.extent else {
      return Sparkline([])
    }
    var last: Double?
    let values = history.resampled(to: 24, over: extent).map { block -> Double? in
      // Norms are measured now and then; between two of them the older one stands.
      if let block, block.finite > 0 { last = Double(block.max) }
      return last
    }
    return Sparkline(values, logarithmic: true)
  }
}
