internal import Diagnosis
internal import Screen
internal import TraceFormat
internal import TraceSession

/// How gradients flow: RMS of ∂L/∂output, layer × step as a heat map, over depth at the cursor, and
/// over time for recurrent layers.
struct GradientsPanel: Panel {
  static let title = "Gradients"
  static let shortTitle = "Grads"
  static let actions: Set<Action> = [.filter, .fold, .unfold, .foldAll, .zoomIn, .zoomOut]

  private var view = TableView(columns: 0, sortedBy: -1, descending: false)
  private var folding = Folding()
  private var window = StepWindow()
  /// Columns of the map that the pointer is dragged over.
  private var dragged: ClosedRange<Int>?

  var takesText: Bool { view.isTyping }

  mutating func type(_ key: Key) { view.type(key) }

  mutating func perform(_ action: Action, _ scene: Scene, in area: Rect) -> [Effect] {
    let rows = rows(scene)
    let current = view.current(rows)
    switch action {
    case .left: return Dashboard.step(by: -1, scene)
    case .right: return Dashboard.step(by: 1, scene)
    case .zoomIn: window.zoomIn(scene.snapshot.extent)
    case .zoomOut: window.zoomOut()
    case .cancel where window.isZoomed: window = StepWindow()
    case .fold: if let current { folding.fold(current.path) }
    case .unfold: if let current { folding.unfold(current.path) }
    case .foldAll: folding.toggleAll(scene.snapshot.graph.leafLayers.lazy.map(\.path))
    default:
      view.perform(action, rows: rows.count, in: layout(scene, area).map)
      return []
    }
    if let current { show(layer: current.path, scene) }
    return []
  }

  mutating func click(_ point: Point, _ scene: Scene, in area: Rect) -> [Effect] {
    let layout = layout(scene, area)
    view.click(point, rows: rows(scene).count, in: layout.map)
    guard let extent = scene.snapshot.extent, layout.heat.contains(point) else { return [] }
    let steps = window.range(of: extent, around: scene.snapshot.cursor)
    return [.seek(steps.step(at: point.x - layout.heat.x, width: layout.heat.width))]
  }

  static let takesDrags = true

  mutating func drag(
    from origin: Point, to point: Point, isDone: Bool, _ scene: Scene, in area: Rect
  ) -> [Effect] {
    let heat = layout(scene, area).heat
    let columns = heat.columns(from: origin, to: point)
    dragged = isDone ? nil : columns
    guard isDone, let columns, let extent = scene.snapshot.extent else { return [] }
    let steps = window.range(of: extent, around: scene.snapshot.cursor)
    window.choose(
      steps.step(
        at: columns.lowerBound, width: heat.width)...steps.step(
          at: columns.upperBound, width: heat.width))
    return []
  }

  func layer(_ scene: Scene) -> String? { view.current(rows(scene))?.layers.last?.path }

  mutating func show(layer path: String, _ scene: Scene) {
    let module = folding.module(of: path) ?? path
    if let index = rows(scene).firstIndex(where: { $0.path == module }) { view.select(index) }
  }

  func draw(_ scene: Scene, on canvas: inout Canvas, in area: Rect) {
    let rows = rows(scene)
    let time = timeProfile(scene, rows)
    let layout = Layout(area, rows: rows.count, hasTime: time != nil)
    let total = scene.snapshot.graph.leafLayers.count
    canvas.drawFrame(
      layout.map, title: "gradient of each output (RMS)",
      note: view.note(shown: rows.count, of: total))
    guard !rows.isEmpty, let extent = scene.snapshot.extent else {
      canvas.write("no steps yet", Style(.dim), in: layout.map.inset().row(0), alignment: .center)
      return
    }
    guard scene.snapshot.recordsGradients else {
      let inside = layout.map.inset()
      canvas.write(
        scene.snapshot.notRecorded("gradients"), Style(.dim),
        in: inside.row(max(0, inside.height / 2)), alignment: .center)
      return
    }
    let steps = window.range(of: extent, around: scene.snapshot.cursor)
    drawMap(Map(rows, scene, steps, layout, view), scene, on: &canvas, layout)
    if let time {
      draw(time, on: &canvas, in: layout.below)
    } else {
      drawTotal(steps, scene, on: &canvas, in: layout.below)
    }
  }

  private func layout(_ scene: Scene, _ area: Rect) -> Layout {
    let rows = rows(scene)
    return Layout(area, rows: rows.count, hasTime: timeProfile(scene, rows) != nil)
  }

  private func rows(_ scene: Scene) -> [LayerRow] {
    // The gradient of the loss itself is 1 and tells nothing.
    view.arrange(
      folding.rows(scene.snapshot.graph.leafLayers.filter { !$0.isLoss }),
      names: { [$0.path, $0.kind] },
      key: { row, _ in .text(row.path) })
  }
}

// MARK: - Layout

extension GradientsPanel {
  /// Where the parts stand: under a header, a row for each layer, and below them what has room.
  private struct Layout {
    var map, name, heat, value, profile, below: Rect

    init(_ area: Rect, rows: Int, hasTime: Bool) {
      let spare = area.height - rows - 3
      let wanted = hasTime ? max(spare, area.height >= 16 ? area.height / 3 : 0) : spare
      let parts = area.rows(.share(1), .cells(wanted >= 6 ? min(wanted, area.height / 2) : 0))
      (map, below) = (parts[0], parts[1])
      let inside = map.inset()
      let body = Rect(
        x: inside.x, y: inside.y + 1, width: inside.width, height: inside.height - 1)
      let name = max(10, min(32, inside.width / 5))
      let columns = body.columns(
        .cells(name), .cells(1), .share(6), .cells(1), .cells(8), .cells(1), .share(3))
      (self.name, heat, value, profile) = (columns[0], columns[2], columns[4], columns[6])
    }
  }

  /// What the heat map shows, of the rows that can be seen.
  private struct Map {
    var rows: [LayerRow]
    var selected: Int
    var steps: ClosedRange<Int>
    var cells: [[Series.Block?]] = []
    var elements: [Double] = []
    /// RMS at the cursor, of the rows that can be seen.
    var now: [Double?] = []
    /// Of all rows.
    var profile: DepthProfile
    var first: Int
    var scale: DecadeScale?

    init(
      _ all: [LayerRow], _ scene: Scene, _ steps: ClosedRange<Int>, _ layout: Layout,
      _ view: TableView
    ) {
      let snapshot = scene.snapshot
      self.steps = steps
      let current = min(view.selected, all.count - 1)
      first = view.offset(showing: current, of: all.count, in: layout.map)
      selected = current - first
      rows = Array(all.dropFirst(first).prefix(layout.heat.height))
      let outputs = all.map {
        $0.layers.last.flatMap { snapshot.graph.outputNode(ofLayer: $0.path) }
      }
      let rms = snapshot.outputRMS
      let values = outputs.map { node in node.flatMap { rms[$0.id] } }
      profile = DepthProfile(values)
      var seen: [Double] = []
      for (index, node) in outputs.enumerated() {
        let root = Double(node?.elements ?? 1).squareRoot()
        let series = node.flatMap { snapshot.outputGradNorms[$0.id] }
        // Of all rows, so that colors stay what they are when rows or the cursor move.
        if let ends = series?.positiveExtremes(over: steps) {
          seen += [Double(ends.lowerBound) / root, Double(ends.upperBound) / root]
        }
        guard (first..<first + rows.count).contains(index) else { continue }
        cells.append(
          series?.resampled(to: layout.heat.width, over: steps)
            ?? Array(repeating: nil, count: layout.heat.width))
        elements.append(root)
      }
      now = Array(values.dropFirst(first).prefix(rows.count))
      scale = DecadeScale(seen.isEmpty ? values.compactMap { $0 } : seen, rounded: 0.25)
    }
  }
}

// MARK: - Heat map and depth

extension GradientsPanel {
  private func drawMap(_ map: Map, _ scene: Scene, on canvas: inout Canvas, _ layout: Layout) {
    let header = layout.map.inset().row(0)
    canvas.fill(header, Style(.header))
    canvas.write("layer", Style(.header), in: above(layout.name, header))
    let column = map.steps.column(of: scene.snapshot.cursor, width: layout.heat.width)
    let steps = "steps \(map.steps.lowerBound)–\(map.steps.upperBound)"
    // The mark of the cursor has the place that it needs, words the other side.
    let isBelow = column.map { $0 <= steps.columns } ?? false
    canvas.write(
      steps, Style(.header), in: above(layout.heat, header), alignment: isBelow ? .right : .left)
    canvas.write("RMS", Style(.header), in: above(layout.value, header), alignment: .right)
    canvas.write(
      gainText(map.profile, layout.profile.width), Style(gainRole(scene)),
      in: above(layout.profile, header))
    guard let scale = map.scale else { return }
    canvas.drawHeatScale(
      from: Figure.scientific(scale.least), to: Figure.scientific(scale.greatest),
      in: above(layout.heat, layout.map.row(layout.map.height - 1)))
    let names = map.rows.map { $0.isModule ? $0.path + "/" : $0.path }
      .fittedApart(to: layout.name.width, ellipsis: canvas.glyphs == .ascii ? "~" : "…")
    for (index, row) in map.rows.enumerated() {
      drawRow(row, names[index], index, map, scale, scene, on: &canvas, layout)
    }
    if let dragged {
      let marked = Rect(
        x: layout.heat.x + dragged.lowerBound, y: header.y, width: dragged.count, height: 1)
      canvas.restyle(marked.intersection(above(layout.heat, header))) {
        $0.background = .selection
      }
    }
    if let column {
      let mark: Character = canvas.glyphs == .unicode ? "▼" : "v"
      canvas[layout.heat.x + column, header.y] = Cell(
        character: mark, style: Style(.curveAccent, bold: true))
    }
  }

  private func above(_ column: Rect, _ header: Rect) -> Rect {
    Rect(x: column.x, y: header.y, width: column.width, height: header.height)
  }

  private func drawRow(
    _ row: LayerRow, _ name: String, _ index: Int, _ map: Map, _ scale: DecadeScale, _ scene: Scene,
    on canvas: inout Canvas, _ layout: Layout
  ) {
    let worst = scene.worst(of: row.layers.lazy.map(\.path))
    let style = Style(worst?.role ?? (row.isModule ? .title : .text))
    canvas.write(name, style, in: layout.name.row(index))
    var last: Series.Block?
    let cells = map.cells[index].map { block -> HeatCell? in
      // Between two measured steps the older value stands.
      if let block { last = block }
      guard let block = last else { return nil }
      guard block.nonFinite == 0 else { return HeatCell(low: 1, high: 1, isBroken: true) }
      return HeatCell(
        low: scale.position(Double(block.min) / map.elements[index]),
        high: scale.position(Double(block.max) / map.elements[index]))
    }
    canvas.drawHeat(cells, in: layout.heat.row(index))
    let value = map.now[index]
    let isBad = value.map { !$0.isFinite } ?? false
    canvas.write(
      value.map { Figure.scientific($0) } ?? "–",
      Style(isBad ? .error : value == nil ? .dim : .value), in: layout.value.row(index),
      alignment: .right)
    drawProfile(map, index, scale, on: &canvas, in: layout.profile.row(index))
    if index == map.selected {
      for part in [layout.name, layout.value, layout.profile] {
        canvas.restyle(part.row(index)) { $0.background = .selection }
      }
    }
  }

  /// A bar for the value, and a mark where the fitted line is.
  private func drawProfile(
    _ map: Map, _ index: Int, _ scale: DecadeScale, on canvas: inout Canvas, in area: Rect
  ) {
    guard area.width > 1, area.height > 0 else { return }
    if let value = map.now[index], value.isFinite {
      let position = max(0.5 / Double(area.width), scale.position(value))
      canvas.drawBar(position, Style(.gradient), in: area)
    }
    if let line = map.profile.line(at: map.first + index) {
      let x = Int((scale.position(decades: line) * Double(area.width - 1)).rounded())
      canvas[area.x + x, area.y] = Cell(
        character: canvas.glyphs == .unicode ? "┃" : "|", style: Style(.curveAccent))
    }
  }

  /// What each layer does to the gradient on its way to the input, on average.
  private func gainText(_ profile: DepthProfile, _ width: Int) -> String {
    guard let gain = profile.gain, let decades = profile.decades else { return "over depth" }
    let short = "×\(Self.factor(gain))/layer"
    let long =
      short + (decades >= 0 ? " ↓" : " ↑") + "\(Figure.fixed(abs(decades), places: 1)) decades"
    return long.columns <= width ? long : short
  }

  /// Two digits of a fit are all that means something.
  private static func factor(_ gain: Double) -> String {
    (0.01..<1000).contains(gain) ? Figure.fixed(gain, places: 2) : Figure.scientific(gain)
  }

  private func gainRole(_ scene: Scene) -> Role {
    let rules = ["vanishing_gradient", "exploding_gradient"]
    let isIll = scene.findings.contains { rules.contains($0.rule.rawValue) && scene.isOpen($0) }
    return isIll ? .warning : .header
  }
}

// MARK: - Below

extension GradientsPanel {
  /// The norm of all gradients over the steps that the map shows.
  private func drawTotal(
    _ steps: ClosedRange<Int>, _ scene: Scene, on canvas: inout Canvas, in area: Rect
  ) {
    guard area.height > 2, let series = scene.snapshot.scalars[.gradNorm] else { return }
    let now = scene.snapshot.step?.gradNorm.map { Figure.number($0) } ?? ""
    let inside = canvas.drawFrame(area, title: "norm of all parameters' gradients", note: now)
    let count = BrailleCurve.capacity(in: inside)
    var curve = BrailleCurve(
      series.curvePoints(count, over: steps), isLogarithmic: (series.minimum ?? 0) > 0)
    curve.style = Style(.gradient)
    curve.cursor = steps.column(of: scene.snapshot.cursor, width: count / 2)
    canvas.draw(curve, in: inside)
  }
}

// MARK: - Time

extension GradientsPanel {
  /// RMS over the time steps of a recurrent layer.
  private struct TimeProfile {
    var layer: String
    var values: [Double?]
  }

  /// Of the layer under the cursor where it is unrolled, else of the first that is.
  private func timeProfile(_ scene: Scene, _ rows: [LayerRow]) -> TimeProfile? {
    let snapshot = scene.snapshot
    guard let columns = snapshot.activationStep?.activations,
      columns.timeStep.contains(where: { $0 >= 0 })
    else { return nil }
    let current = view.current(rows)?.layers.last
    let paths = (current.map { [$0.path] } ?? []) + snapshot.graph.leafLayers.map(\.path)
    for path in paths {
      guard let node = snapshot.unrolledNode(ofLayer: path) else { continue }
      return TimeProfile(layer: path, values: snapshot.outputRMSOverTime(of: node.id))
    }
    return nil
  }

  private func draw(_ time: TimeProfile, on canvas: inout Canvas, in area: Rect) {
    let fit = DepthProfile(time.values)
    let gain = fit.gain.map { "×\(Self.factor($0)) per time step back" } ?? ""
    let inside = canvas.drawFrame(
      area, title: "over time: \(time.layer), t = 0–\(time.values.count - 1)", note: gain)
    canvas.drawTimeProfile(time.values, in: inside)
  }
}
