internal import Diagnosis
internal import Screen
internal import TraceFormat
internal import TraceSession

/// The graph from inputs to loss, a node a row with lines for what takes what; below, the message
/// that the node under the cursor receives in backward, its rule, and what it passes on.
struct GraphPanel: Panel {
  static let title = "Graph"
  static let actions: Set<Action> = [
    .filter, .fold, .unfold, .foldAll, .color, .walk, .walkOut, .open,
  ]

  /// What colors and bars stand for.
  enum Measure: Int, CaseIterable { case time, memory, gradient, finding }

  private var view = TableView(columns: 0, sortedBy: -1, descending: false)
  private var folding = Folding()
  private var measure = Measure.time
  /// Whether the cursor is where the message is.
  private var followsMessage = true
  private(set) var remark = ""

  var takesText: Bool { view.isTyping }

  mutating func type(_ key: Key) { view.type(key) }

  mutating func perform(_ action: Action, _ scene: Scene, in area: Rect) -> [Effect] {
    remark = ""
    let rows = rows(scene)
    let shown = shown(rows)
    view.select(current(rows, shown, scene))
    let row = view.current(shown).map { rows.rows[$0] }
    switch action {
    case .left: return Dashboard.step(by: -1, scene)
    case .right: return Dashboard.step(by: 1, scene)
    case .walk: return walk(rows, scene)
    case .walkOut: return scene.producer.isTraining ? [.walkOut] : []
    case .color:
      measure = Measure(rawValue: (measure.rawValue + 1) % Measure.allCases.count) ?? .time
      return []
    case .fold: if let row { folding.fold(row.path, includesItself: true) }
    case .unfold, .open: if let row { folding.unfold(row.path) }
    case .foldAll: toggleAll(rows)
    default:
      followsMessage = false
      view.perform(action, rows: shown.count, in: Layout(area).graph)
      return []
    }
    followsMessage = false
    if let row { show(node: row.output.id, scene) }
    return []
  }

  mutating func click(_ point: Point, _ scene: Scene, in area: Rect) -> [Effect] {
    let rows = rows(scene)
    let shown = shown(rows)
    view.select(current(rows, shown, scene))
    followsMessage = false
    view.click(point, rows: shown.count, in: Layout(area).graph)
    return []
  }

  func layer(_ scene: Scene) -> String? {
    let rows = rows(scene)
    let shown = shown(rows)
    guard !shown.isEmpty else { return nil }
    return rows.rows[shown[current(rows, shown, scene)]].output.layer
  }

  mutating func show(layer path: String, _ scene: Scene) {
    guard let node = scene.snapshot.graph.outputNode(ofLayer: path) else { return }
    show(node: node.id, scene)
  }

  private mutating func show(node: UInt32, _ scene: Scene) {
    let rows = rows(scene)
    guard let row = rows.row(ofNode: node), let index = shown(rows).firstIndex(of: row)
    else { return }
    followsMessage = false
    view.select(index)
  }

  /// All modules, or, where there are none, all layers of several nodes.
  private mutating func toggleAll(_ rows: GraphRows) {
    let paths = rows.rows.map(\.path)
    folding.toggleAll(paths)
    guard folding.folded.isEmpty, !paths.contains(where: { $0.contains("/") }) else { return }
    let isFolded = rows.rows.contains(where: \.isModule)
    if !isFolded { for path in paths { folding.fold(path, includesItself: true) } }
  }
}

// MARK: - Walking

extension Scene.Producer {
  /// Whether a run in this process can be stepped.
  var isTraining: Bool {
    if case .training = self { true } else { false }
  }
}

extension GraphPanel {
  /// One op on: to the next one that is known, or, of a training, to the next one there is.
  private mutating func walk(_ rows: GraphRows, _ scene: Scene) -> [Effect] {
    let messages = scene.snapshot.messages
    let shown = shown(rows)
    let here = followsMessage ? nil : view.current(shown)
    let position = here.flatMap { row in
      messages.lastIndex { rows.row(ofNode: $0.node) == row }
    }
    if scene.producer.isTraining {
      let isLast = position.map { $0 + 1 == messages.count } ?? true
      if isLast || followsMessage {
        followsMessage = true
        return [.walk]
      }
    }
    guard !messages.isEmpty else { return [] }
    let next = position.map { ($0 + 1) % messages.count } ?? 0
    if next == 0, position != nil {
      remark = "that was the last op of backward: again from op 1 of \(messages.count)"
    }
    if let row = rows.row(ofNode: messages[next].node), let index = shown.firstIndex(of: row) {
      view.select(index)
      followsMessage = false
    }
    return []
  }

  /// The row under the cursor: where the message is, as long as nobody moved.
  private func current(_ rows: GraphRows, _ shown: [Int], _ scene: Scene) -> Int {
    if followsMessage, let last = scene.snapshot.messages.last,
      let row = rows.row(ofNode: last.node), let index = shown.firstIndex(of: row)
    {
      return index
    }
    return max(0, min(view.selected, shown.count - 1))
  }
}

extension Snapshot {
  /// Details of the backward pass, in the order in which messages move.
  var messages: [Detail] { details.filter { $0.phase == .backward } }
}

// MARK: - Rows

extension GraphPanel {
  private func rows(_ scene: Scene) -> GraphRows {
    GraphRows(scene.snapshot.graph.graph, folding)
  }

  /// Positions of the rows that the filter lets through.
  private func shown(_ rows: GraphRows) -> [Int] {
    rows.rows.indices.filter {
      let row = rows.rows[$0]
      return view.shows([row.name, row.path, row.kind])
    }
  }

  private struct Layout {
    var graph, message: Rect

    init(_ area: Rect) {
      let parts = area.rows(.share(1), .cells(max(6, min(14, area.height * 2 / 5))))
      (graph, message) = (parts[0], parts[1])
    }
  }

  func draw(_ scene: Scene, on canvas: inout Canvas, in area: Rect) {
    let layout = Layout(area)
    let rows = rows(scene)
    let shown = shown(rows)
    let selected = current(rows, shown, scene)
    let inside = canvas.drawFrame(
      layout.graph, title: "graph, colored by \(measure)",
      note: view.note(shown: shown.count, of: rows.rows.count))
    guard !shown.isEmpty else {
      canvas.drawFrame(layout.message, title: "backward")
      return
    }
    let measured = Measured(measure, rows, scene)
    let rails = view.filter.isEmpty ? Rails(rows.inputs) : nil
    let columns = Columns(inside, lanes: rails?.width ?? 0)
    columns.drawHeader(measure, hasMessages: measured.hasMessages, on: &canvas, in: inside)
    let height = max(0, inside.height - 1)
    let first = view.offset(showing: selected, of: shown.count, in: layout.graph)
    let visible = shown.dropFirst(first).prefix(height)
    let names = visible.map { rows.rows[$0].name }
      .fittedApart(to: columns.name.width, ellipsis: canvas.glyphs == .ascii ? "~" : "…")
    for (line, index) in visible.enumerated() {
      let y = inside.y + 1 + line
      drawRow(rows.rows[index], names[line], index, measured, rails, columns, on: &canvas, y: y)
      if first + line == selected {
        canvas.restyle(
          Rect(x: columns.name.x, y: y, width: inside.right - columns.name.x, height: 1)
        ) { $0.background = .selection }
      }
    }
    MessageBox(row: rows.rows[shown[selected]]).draw(scene, on: &canvas, in: layout.message)
  }
}

// MARK: - Drawing a row

extension GraphPanel {
  /// Where the parts of a row stand.
  private struct Columns {
    var rails, name, kind, shape, message, figure, bar: Rect

    init(_ inside: Rect, lanes: Int) {
      let rails = min(2 * lanes, max(4, inside.width / 4))
      let isWide = inside.width >= 100
      let parts = inside.columns(
        .cells(rails), .cells(rails > 0 ? 1 : 0), .share(5), .cells(1),
        .cells(isWide ? 16 : 11), .cells(1), .cells(isWide ? 20 : 13), .cells(1), .cells(9),
        .cells(1), .cells(9), .cells(1), .share(2))
      self.rails = parts[0]
      (name, kind, shape) = (parts[2], parts[4], parts[6])
      (message, figure, bar) = (parts[8], parts[10], parts[12])
    }

    func drawHeader(
      _ measure: Measure, hasMessages: Bool, on canvas: inout Canvas, in inside: Rect
    ) {
      canvas.fill(inside.row(0), Style(.header))
      let style = Style(.header)
      canvas.write("node", style, in: name.row(0))
      canvas.write("kind", style, in: kind.row(0))
      canvas.write("shape", style, in: shape.row(0))
      if hasMessages { canvas.write("‖∂out‖", style, in: message.row(0), alignment: .right) }
      let title =
        switch measure {
        case .time: "a step"
        case .memory: "keeps"
        case .gradient: "∂ RMS"
        case .finding: "finding"
        }
      canvas.write(title, style, in: figure.row(0), alignment: .right)
    }
  }

  /// What the chosen measure says of each row.
  private struct Measured {
    var values: [Double?] = []
    var texts: [String] = []
    var heat: [Double?] = []
    var severities: [Severity?] = []
    /// Norm of what arrived, by node.
    var messages: [UInt32: Double] = [:]
    var hasMessages: Bool { !messages.isEmpty }

    init(_ measure: Measure, _ rows: GraphRows, _ scene: Scene) {
      let snapshot = scene.snapshot
      let rms = measure == .gradient ? snapshot.outputRMS : [:]
      for row in rows.rows {
        switch measure {
        case .time:
          let times = row.nodes.flatMap { node in
            [Phase.forward, .backward].compactMap { LayerFigures.time(node.id, $0, snapshot) }
          }
          values.append(times.isEmpty ? nil : times.reduce(0, +))
        case .memory:
          let saved = Set(row.nodes.flatMap(\.saved)).compactMap(snapshot.graph.tensor)
          values.append(saved.reduce(0) { $0 + Double($1.bytes) })
        case .gradient: values.append(rms[row.output.id])
        case .finding: values.append(nil)
        }
      }
      texts = values.map { value in
        guard let value else { return "" }
        switch measure {
        case .time: return Figure.duration(value)
        case .memory: return value > 0 ? Figure.bytes(value) : ""
        default: return Figure.scientific(value)
        }
      }
      if measure == .gradient {
        let scale = DecadeScale(values.compactMap { $0 })
        heat = values.map { value in value.flatMap { scale?.position($0) } }
      } else {
        let most = values.compactMap { $0 }.max() ?? 0
        heat = values.map { value in value.map { most > 0 ? $0 / most : 0 } }
      }
      severities =
        scene.findings.isEmpty
        ? rows.rows.map { _ in nil }
        : rows.rows.map { scene.worst(of: $0.nodes.lazy.map(\.layer)) }
      if measure == .finding {
        texts = zip(rows.rows, severities).map { row, severity in
          guard severity != nil else { return "" }
          let found = scene.findings.first { finding in
            row.nodes.contains { $0.layer == finding.layer }
          }
          return found?.rule.rawValue ?? ""
        }
      }
      for detail in snapshot.messages {
        // What was passed on stands at its node even before that has its turn, or where it has none.
        for id in snapshot.graph.node(detail.node)?.inputs ?? [] {
          let name = snapshot.graph.name(ofNode: id)
          guard let sent = detail.outgoing.first(where: { $0.name == name }) else { continue }
          // Of a sum, only the whole is told, by the node that receives it.
          messages[id] = sent.isAdded ? nil : sent.norm
        }
        if let upstream = detail.upstream { messages[detail.node] = upstream.norm }
      }
    }
  }

  private func drawRow(
    _ row: GraphRow, _ name: String, _ index: Int, _ measured: Measured, _ rails: Rails?,
    _ columns: Columns,
    on canvas: inout Canvas, y: Int
  ) {
    func place(_ column: Rect) -> Rect {
      Rect(x: column.x, y: y, width: column.width, height: 1)
    }
    let severity = measured.severities[index]
    let heat = measured.heat[index]
    var node = Style(severity?.role ?? .value, bold: true)
    if severity == nil, let heat { node.ink = Shade(.heat, heat) }
    if let rails {
      let text = rails.text(index, isASCII: canvas.glyphs == .ascii)
      for (x, character) in text.enumerated() where x < columns.rails.width {
        let isNode = x == 2 * rails.rows[index].lane
        let isCut = x == columns.rails.width - 1 && text.count > columns.rails.width
        canvas[columns.rails.x + x, y] = Cell(
          character: isCut ? (canvas.glyphs == .ascii ? "~" : "…") : character,
          style: isNode ? node : Style(.border))
      }
    }
    canvas.write(
      name, Style(severity?.role ?? (row.isModule ? .title : .text)), in: place(columns.name))
    canvas.write(row.kind, Style(.label), in: place(columns.kind))
    canvas.write(row.output.shape.shapeText, Style(.dim), in: place(columns.shape))
    if let norm = row.nodes.lazy.compactMap({ measured.messages[$0.id] }).last {
      canvas.write(
        Figure.plain(norm), Style(.gradient), in: place(columns.message), alignment: .right)
    }
    canvas.write(
      measured.texts[index], Style(.value), in: place(columns.figure), alignment: .right)
    if let heat, heat > 0 {
      let width = max(1, Int((heat * Double(columns.bar.width)).rounded()))
      let bar = Rect(x: columns.bar.x, y: y, width: width, height: 1).intersection(columns.bar)
      canvas.drawHeat(
        Array(repeating: HeatCell(low: heat, high: heat), count: width),
        in: Rect(x: columns.bar.x, y: y, width: min(width, columns.bar.width), height: bar.height))
    }
  }
}
