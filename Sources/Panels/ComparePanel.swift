internal import Screen
internal import TraceFormat
internal import TraceSession

/// Two runs side by side, at the same step: both losses, and each layer's time and gradient.
struct ComparePanel: Panel {
  static let title = "Compare"
  static let shortTitle = "Cmp"
  static let actions: Set<Action> = [.sort, .sortReverse, .filter, .logarithm]

  private var view = TableView(columns: 7, sortedBy: -1, descending: false)
  private var isLogarithmic = true

  var takesText: Bool { view.isTyping }

  mutating func perform(_ action: Action, _ scene: Scene, in area: Rect) -> [Effect] {
    guard let other = scene.other else { return [] }
    if action == .logarithm { isLogarithmic.toggle() }
    view.perform(action, rows: rows(scene, other).count, in: Layout(area).table, Self.sortable)
    return []
  }

  mutating func type(_ key: Key) { view.type(key) }

  mutating func click(_ point: Point, _ scene: Scene, in area: Rect) -> [Effect] {
    guard let other = scene.other else { return [] }
    view.click(point, rows: rows(scene, other).count, in: Layout(area).table, Self.sortable)
    return []
  }

  func layer(_ scene: Scene) -> String? {
    scene.other.flatMap { view.current(rows(scene, $0))?.path }
  }

  mutating func show(layer path: String, _ scene: Scene) {
    guard let other = scene.other else { return }
    if let index = rows(scene, other).firstIndex(where: { $0.path == path }) { view.select(index) }
  }

  func draw(_ scene: Scene, on canvas: inout Canvas, in area: Rect) {
    guard let other = scene.other else {
      let inside = canvas.drawFrame(area, title: "two runs side by side")
      canvas.write(
        "one run is open; gradtop replay A.mcap B.mcap shows two", Style(.dim),
        in: inside.row(max(0, inside.height / 2)), alignment: .center)
      return
    }
    let layout = Layout(area)
    drawCurves(scene, other, on: &canvas, in: layout.curves)
    drawRun("A", scene.snapshot, Style(.curve), on: &canvas, in: layout.first)
    drawRun("B", other, Style(.curveAccent), on: &canvas, in: layout.second)
    let rows = rows(scene, other)
    let inside = canvas.drawFrame(
      layout.table, title: "by layer", note: view.note(shown: rows.count, of: rows.count))
    let table = view.table(Self.sortable, rows, in: layout.table) { cells($0) }
    canvas.draw(table, in: inside)
  }

  private struct Layout {
    var curves, first, second, table: Rect

    init(_ area: Rect) {
      let parts = area.rows(.share(2), .share(3))
      let top = parts[0].columns(.share(1), .cells(min(30, area.width / 3)))
      let runs = top[1].rows(.share(1), .share(1))
      (curves, first, second, table) = (top[0], runs[0], runs[1], parts[1])
    }
  }
}

// MARK: - Curves and figures

extension ComparePanel {
  private func drawCurves(
    _ scene: Scene, _ other: Snapshot, on canvas: inout Canvas, in area: Rect
  ) {
    let all = [scene.snapshot.scalars[.loss], other.scalars[.loss]].compactMap { $0 }
    let least = all.compactMap(\.minimum).min().map { Double($0) } ?? 0
    let most = all.compactMap(\.maximum).max().map { Double($0) } ?? 1
    let isLogarithmic = isLogarithmic && least > 0
    let inside = canvas.drawFrame(
      area, title: "loss of both (\(isLogarithmic ? "log" : "linear"))")
    guard let extent = Self.union(scene.snapshot.extent, other.extent) else { return }
    let count = BrailleCurve.capacity(in: inside)
    let pairs = [(scene.snapshot, Style(.curve)), (other, Style(.curveAccent))]
    for (snapshot, style) in pairs {
      guard let loss = snapshot.scalars[.loss] else { continue }
      var curve = BrailleCurve(loss.curvePoints(count, over: extent), isLogarithmic: isLogarithmic)
      if least < most { curve.range = least...most }
      curve.style = style
      curve.cursor = extent.column(of: scene.snapshot.cursor, width: count / 2)
      canvas.draw(curve, in: inside)
    }
  }

  private static func union(
    _ a: ClosedRange<Int>?, _ b: ClosedRange<Int>?
  ) -> ClosedRange<Int>? {
    guard let a, let b else { return a ?? b }
    return min(a.lowerBound, b.lowerBound)...max(a.upperBound, b.upperBound)
  }

  private func drawRun(
    _ letter: String, _ snapshot: Snapshot, _ style: Style, on canvas: inout Canvas, in area: Rect
  ) {
    let inside = canvas.drawFrame(
      area, title: "\(letter): \(snapshot.run?.name ?? "")", note: "step \(snapshot.cursor)"
    ).inset(1, 0)
    let step = snapshot.step
    canvas.draw(
      [
        Fact("loss", step?.loss.map { Figure.number($0) } ?? "–", style.role),
        Fact("norm", step?.gradNorm.map { Figure.number($0) } ?? "–"),
        Fact("a step", step.map { Figure.duration(Double($0.duration)) } ?? "–"),
        Fact("peak", step?.memory.peakBytes.map { Figure.bytes(Double($0)) } ?? "–"),
      ], in: inside)
  }
}

// MARK: - By layer

extension ComparePanel {
  private struct Row {
    var path: String
    /// Forward and backward, nanoseconds of a step.
    var times: (Double?, Double?)
    var norms: (Double?, Double?)

    static func ratio(_ pair: (Double?, Double?)) -> Double? {
      guard let a = pair.0, let b = pair.1, a > 0 else { return nil }
      return b / a
    }
  }

  private func rows(_ scene: Scene, _ other: Snapshot) -> [Row] {
    let snapshots = [scene.snapshot, other]
    let rms = snapshots.map(\.outputRMS)
    var layers = scene.snapshot.graph.leafLayers
    layers += other.graph.leafLayers.filter { scene.snapshot.graph.layer($0.path) == nil }
    let rows = layers.map { layer in
      let figures = zip(snapshots, rms).map { snapshot, rms -> LayerFigures? in
        snapshot.graph.layer(layer.path).map { LayerFigures([$0], snapshot, rms) }
      }
      func time(_ figures: LayerFigures?) -> Double? {
        guard let figures, figures.forward != nil || figures.backward != nil else { return nil }
        return (figures.forward ?? 0) + (figures.backward ?? 0)
      }
      return Row(
        path: layer.path, times: (time(figures[0]), time(figures[1])),
        norms: (figures[0]?.gradNorm, figures[1]?.gradNorm))
    }
    return view.arrange(rows, names: { [$0.path] }, key: key)
  }

  private func key(_ row: Row, _ column: Int) -> SortKey {
    switch column {
    case 0: .text(row.path)
    case 1: .number(row.times.0)
    case 2: .number(row.times.1)
    case 3: .number(Row.ratio(row.times))
    case 4: .number(row.norms.0)
    case 5: .number(row.norms.1)
    default: .number(Row.ratio(row.norms))
    }
  }

  private static let sortable = SortableColumns(columns: columns, order: Array(0..<7))

  private static let columns = [
    TableColumn("layer", minimum: 14, growth: 4, alignment: .left, priority: 10),
    TableColumn("time A", minimum: 8, growth: 1, priority: 8),
    TableColumn("time B", minimum: 8, growth: 1, priority: 8),
    TableColumn("B/A", minimum: 6, growth: 1, priority: 9),
    TableColumn("norm A", minimum: 8, growth: 1, priority: 7),
    TableColumn("norm B", minimum: 8, growth: 1, priority: 7),
    TableColumn("B/A", minimum: 7, growth: 1, priority: 9),
  ]

  private func cells(_ row: Row) -> [TableCell] {
    func time(_ value: Double?, _ role: Role) -> TableCell {
      .text(value.map { Figure.duration($0) } ?? "–", Style(value == nil ? .dim : role))
    }
    func norm(_ value: Double?, _ role: Role) -> TableCell {
      .text(value.map { Figure.number($0) } ?? "–", Style(value == nil ? .dim : role))
    }
    func ratio(_ pair: (Double?, Double?)) -> TableCell {
      guard let ratio = Row.ratio(pair) else { return .text("–", Style(.dim)) }
      let text =
        ratio < 1000 && ratio > 0.01 ? Figure.fixed(ratio, places: 2) : Figure.scientific(ratio)
      return .text("×\(text)", Style((0.5..<2).contains(ratio) ? .text : .warning))
    }
    return [
      .name(row.path, Style(.text)), time(row.times.0, .curve), time(row.times.1, .curveAccent),
      ratio(row.times), norm(row.norms.0, .curve), norm(row.norms.1, .curveAccent),
      ratio(row.norms),
    ]
  }
}
