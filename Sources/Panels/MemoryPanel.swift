internal import Diagnosis
internal import Screen
internal import TraceFormat
internal import TraceSession

/// Where memory goes in a step: the saw tooth that forward builds up and backward takes down, its
/// peak, and what is held at the op under the cursor.
struct MemoryPanel: Panel {
  static let title = "Memory"
  static let shortTitle = "Mem"

  /// The moment under the cursor; nil: the peak, wherever it is.
  private var moment: Int?

  mutating func perform(_ action: Action, _ scene: Scene, in area: Rect) -> [Effect] {
    let curve = MemoryCurve(scene.snapshot.step)
    guard let peak = curve.peak else { return [] }
    let now = min(moment ?? peak, curve.totals.count - 1)
    switch action {
    case .left, .up: moment = max(0, now - 1)
    case .right, .down: moment = min(curve.totals.count - 1, now + 1)
    case .pageUp: moment = max(0, now - 10)
    case .pageDown: moment = min(curve.totals.count - 1, now + 10)
    case .cancel: moment = nil
    default: break
    }
    return []
  }

  mutating func click(_ point: Point, _ scene: Scene, in area: Rect) -> [Effect] {
    let chart = Layout(area).chart
    let curve = MemoryCurve(scene.snapshot.step)
    if chart.contains(point), !curve.totals.isEmpty {
      moment = Self.moments(of: point.x - chart.x, curve, chart.width).lowerBound
    }
    return []
  }

  func layer(_ scene: Scene) -> String? {
    let curve = MemoryCurve(scene.snapshot.step)
    guard let now = moment ?? curve.peak else { return nil }
    return op(at: now, curve, scene.snapshot)?.node?.layer
  }

  func draw(_ scene: Scene, on canvas: inout Canvas, in area: Rect) {
    let layout = Layout(area)
    let curve = MemoryCurve(scene.snapshot.step)
    guard let peak = curve.peak else {
      canvas.drawFrame(area, title: "memory over the step")
      canvas.write("not recorded", Style(.dim), in: area.inset().row(0), alignment: .center)
      return
    }
    let now = min(moment ?? peak, curve.totals.count - 1)
    drawCurve(curve, peak: peak, now: now, scene, on: &canvas, layout)
    drawCategories(curve, peak: peak, now: now, scene, on: &canvas, in: layout.categories)
    drawHeld(curve, peak: peak, now: now, scene, on: &canvas, in: layout.held)
  }

  private struct Layout {
    var curve, categories, held, chart: Rect

    init(_ area: Rect) {
      let parts = area.rows(.share(11), .share(10))
      curve = parts[0]
      let boxes = parts[1].columns(.share(2), .share(3))
      (categories, held) = (boxes[0], boxes[1])
      let inside = curve.inset()
      chart = Rect(
        x: inside.x + 10, y: inside.y + 1, width: inside.width - 10, height: inside.height - 2)
    }
  }

  /// Moments that a column shows.
  private static func moments(of column: Int, _ curve: MemoryCurve, _ width: Int) -> Range<Int> {
    let count = curve.totals.count
    guard width > 0, count > 0 else { return 0..<0 }
    let first = min(count - 1, column * count / width)
    return first..<max(first + 1, (column + 1) * count / width)
  }

  private func op(
    at moment: Int, _ curve: MemoryCurve, _ snapshot: Snapshot
  ) -> (name: String, phase: Phase?, node: Graph.Node?)? {
    guard let ops = snapshot.step?.ops, curve.rows.indices.contains(moment) else { return nil }
    let row = curve.rows[moment]
    guard ops.node.indices.contains(row) else { return nil }
    let phase = row < ops.phase.count ? Phase(rawValue: ops.phase[row]) : nil
    return (snapshot.graph.name(ofNode: ops.node[row]), phase, snapshot.graph.node(ops.node[row]))
  }
}

// MARK: - The saw tooth

extension MemoryPanel {
  private static func look(_ category: String) -> (role: Role, fill: Character, ascii: Character) {
    switch category {
    case "parameter": (.parameter, "░", "p")
    case "optimizer": (.optimizerState, "░", "o")
    case "input": (.input, "░", "i")
    case "gradient": (.gradient, "▓", "g")
    case "activation": (.activation, "█", "a")
    default: (.temporary, "▒", "t")
    }
  }

  private func drawCurve(
    _ curve: MemoryCurve, peak: Int, now: Int, _ scene: Scene, on canvas: inout Canvas,
    _ layout: Layout
  ) {
    let chart = layout.chart
    let most = curve.totals[peak]
    let holder = op(at: peak, curve, scene.snapshot)
    let place = holder.map { "\($0.phase?.name ?? "") of \($0.name)" } ?? ""
    canvas.drawFrame(
      layout.curve, title: "memory over step \(scene.snapshot.cursor)",
      note: "peak \(Figure.bytes(Double(most))) in \(place)")
    // Of the moments of a column the fullest is drawn: the peak never vanishes.
    let shown = (0..<chart.width).map { column in
      Self.moments(of: column, curve, chart.width).max { curve.totals[$0] < curve.totals[$1] } ?? 0
    }
    let parts = curve.categories.map { category in
      let look = Self.look(category.name)
      return StackedArea.Part(
        shown.map { Double(category.bytes[$0]) }, Style(look.role),
        fill: canvas.glyphs == .ascii ? look.ascii : look.fill)
    }
    canvas.draw(StackedArea(parts, top: Double(most)), in: chart)
    for row in Set([0, chart.height / 2, chart.height - 1]) where chart.height > 1 {
      let bytes = Double(most) * (1 - Double(row) / Double(chart.height - 1))
      canvas.write(
        Figure.bytes(bytes), Style(.dim),
        in: Rect(x: layout.curve.x + 1, y: chart.y + row, width: 9, height: 1), alignment: .right)
    }
    drawMarks(curve, peak: peak, now: now, on: &canvas, chart)
    drawPhases(shown, curve, scene.snapshot, on: &canvas, chart)
  }

  private func drawMarks(
    _ curve: MemoryCurve, peak: Int, now: Int, on canvas: inout Canvas, _ chart: Rect
  ) {
    let isASCII = canvas.glyphs == .ascii
    for (moment, text, role) in [(peak, "peak", Role.warning), (now, "", .curveAccent)] {
      guard
        let column = (0..<chart.width).first(where: {
          Self.moments(of: $0, curve, chart.width).contains(moment)
        })
      else { continue }
      let mark = (isASCII ? "v" : "▼") + (text.isEmpty ? "" : " \(text)")
      let row = Rect(x: chart.x, y: chart.y - 1, width: chart.width, height: 1)
      let start = min(chart.x + column, row.right - mark.columns)
      canvas.write(mark, at: Point(x: start, y: row.y), Style(role, bold: true), in: row)
    }
  }

  /// The line below: which phase each moment belongs to.
  private func drawPhases(
    _ shown: [Int], _ curve: MemoryCurve, _ snapshot: Snapshot, on canvas: inout Canvas,
    _ chart: Rect
  ) {
    let row = Rect(x: chart.x, y: chart.bottom, width: chart.width, height: 1)
    var last: Phase?
    var start = row.x
    for (column, moment) in shown.enumerated() {
      let phase = op(at: moment, curve, snapshot)?.phase
      canvas[row.x + column, row.y] = Cell(
        character: canvas.glyphs == .ascii ? "-" : "━", style: Style(phase?.role ?? .dim))
      if phase != last { start = row.x + column }
      // The name stands where there is room for it.
      if let phase, row.x + column - start == phase.name.columns {
        canvas.write(phase.name, at: Point(x: start, y: row.y), Style(phase.role), in: row)
      }
      last = phase
    }
  }
}

// MARK: - What is held

extension MemoryPanel {
  private func drawCategories(
    _ curve: MemoryCurve, peak: Int, now: Int, _ scene: Scene, on canvas: inout Canvas,
    in area: Rect
  ) {
    let total = Double(curve.totals[now])
    let inside = canvas.drawFrame(
      area, title: now == peak ? "at the peak" : "at the cursor", note: Figure.bytes(total)
    ).inset(1, 0)
    var parts = curve.categories.reversed().map { category in
      let look = Self.look(category.name)
      return PartOfWhole(
        name: category.name, amount: Double(category.bytes[now]),
        figure: Figure.bytes(Double(category.bytes[now])), role: look.role,
        mark: canvas.glyphs == .ascii ? look.ascii : look.fill)
    }
    parts.sort { $0.amount > $1.amount }
    canvas.draw(parts, of: total, in: inside)
    let kept = Double(scene.snapshot.graph.savedBytes)
    let arena = Double(scene.snapshot.run?.arenaBytes ?? 0)
    let facts = [
      Fact("kept", "\(Figure.bytes(kept)) for backward"),
      Fact("arena", "\(Figure.bytes(arena)) after packing"),
    ]
    let used = parts.count + 2
    if inside.height >= used + facts.count {
      canvas.draw(
        facts,
        in: Rect(
          x: inside.x, y: inside.y + used, width: inside.width, height: inside.height - used))
    }
  }

  private func drawHeld(
    _ curve: MemoryCurve, peak: Int, now: Int, _ scene: Scene, on canvas: inout Canvas,
    in area: Rect
  ) {
    let op = op(at: now, curve, scene.snapshot)
    let place = op.map { "\($0.phase?.name ?? "") of \($0.name)" } ?? ""
    let inside = canvas.drawFrame(
      area, title: "kept for backward during \(place)", note: "op \(now + 1)/\(curve.totals.count)")
    let held = scene.snapshot.heldTensors(at: curve.rows[now])
    let most = Double(held.first?.bytes ?? 0)
    var table = Table(
      [
        TableColumn("output of", minimum: 12, growth: 4, alignment: .left, priority: 10),
        TableColumn("bytes", minimum: 9, priority: 9),
        TableColumn("", minimum: 6, growth: 2, alignment: .left, priority: 4),
        TableColumn("until backward of", minimum: 12, growth: 3, alignment: .left, priority: 6),
      ],
      held.prefix(max(0, inside.height - 1)).map { tensor in
        [
          .name(tensor.name, Style(.text)),
          .text(Figure.bytes(Double(tensor.bytes)), Style(.value)),
          .bar(most > 0 ? Double(tensor.bytes) / most : 0, Style(.activation)),
          .name(tensor.until, Style(.label)),
        ]
      })
    table.selected = nil
    canvas.draw(table, in: inside)
  }
}
