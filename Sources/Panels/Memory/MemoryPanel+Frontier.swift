internal import Diagnosis
internal import Screen
internal import TraceFormat
internal import TraceSession

// MARK: - The frontier

extension MemoryPanel {
  func drawFrontier(
    _ scene: Scene, _ choice: Int?, on canvas: inout Canvas, in box: Rect
  ) {
    let title = "memory against step time"
    guard let frontier = scene.planning.frontier, !frontier.choices.isEmpty else {
      let inside = canvas.drawFrame(box, title: title).inset(1, 0)
      let (text, role) = Self.absence(scene.planning.state)
      canvas.draw(lines: text, Style(role), in: inside)
      return
    }
    let slope = choice.map { frontier.slope(at: $0) }
    let inside = canvas.drawFrame(
      box, title: title + " (ms)",
      note: slope.map { "slope \(Figure.number($0)) ms/MB" } ?? Self.badge(scene.snapshot))
    let chart = FrontierChart(frontier, scene.snapshot, in: inside)
    let cursor = choice.flatMap { chart.column(of: frontier.choices[$0].point.peak) }
    canvas.draw(chart.curve(cursor: cursor), in: chart.area)
    drawWall(chart, on: &canvas)
    for mark in chart.marks {
      guard let place = chart.place(of: mark.point) else { continue }
      canvas[place.x, place.y] = Cell(
        character: canvas.glyphs == .ascii ? mark.ascii : mark.character,
        style: Style(mark.role, bold: mark.role != .dim))
    }
    if let choice, let place = chart.place(of: frontier.choices[choice].point) {
      canvas[place.x, place.y] = Cell(
        character: canvas.glyphs == .ascii ? "X" : "╋", style: Style(.curveAccent, bold: true))
    }
    drawBytes(chart, choice, on: &canvas)
    drawLegend(chart, on: &canvas)
  }

  /// What is known of the gradients of the plan in force; empty: nothing.
  private static func badge(_ snapshot: Snapshot) -> String {
    snapshot.plans.last?.plan?.isVerified ?? false ? "gradients bitwise equal" : ""
  }

  /// Why there is no frontier.
  static func absence(_ state: MemoryPlanning.State) -> (String, Role) {
    switch state {
    case .unasked, .running: ("planning…", .dim)
    case .waiting(let reason): ("waiting: \(reason)", .dim)
    case .failed(let reason): ("no plan: \(reason)", .warning)
    case .ready: ("nothing to plan", .dim)
    }
  }

  /// Below the smallest plan nothing fits.
  private func drawWall(_ chart: FrontierChart, on canvas: inout Canvas) {
    guard let smallest = chart.frontier.choices.first?.point,
      let column = chart.column(of: smallest.peak)
    else { return }
    for y in chart.plot.y..<chart.plot.bottom {
      canvas[chart.plot.x + column, y] = Cell(
        character: canvas.glyphs == .ascii ? "|" : "│", style: Style(.error))
    }
  }

  /// The line below: bytes of the wall, of the choice, of everything kept.
  private func drawBytes(_ chart: FrontierChart, _ choice: Int?, on canvas: inout Canvas) {
    let row = Rect(x: chart.area.x, y: chart.plot.bottom, width: chart.area.width + 1, height: 1)
    guard let first = chart.frontier.choices.first?.point else { return }
    let left = "wall \(Figure.bytes(Double(first.peak)))"
    let right = Figure.bytes(Double(chart.frontier.storeAll.peak))
    canvas.write(left, Style(.error), in: row)
    canvas.write(right, Style(.dim), in: row, alignment: .right)
    guard let choice, choice > 0, choice + 1 < chart.frontier.choices.count else { return }
    let text = Figure.bytes(Double(chart.frontier.choices[choice].point.peak))
    let space = row.x + left.columns + 1..<row.right - right.columns - 1
    guard space.count >= text.columns,
      let column = chart.column(of: chart.frontier.choices[choice].point.peak)
    else { return }
    let start = max(
      space.lowerBound,
      min(chart.plot.x + column - text.columns / 2, space.upperBound - text.columns))
    canvas.write(text, at: Point(x: start, y: row.y), Style(.curveAccent, bold: true), in: row)
  }

  /// What the marks stand for, each once, as far as there is room.
  private func drawLegend(_ chart: FrontierChart, on canvas: inout Canvas) {
    guard chart.legend.height > 0 else { return }
    var seen: Set<String> = []
    var (x, y) = (chart.legend.x, chart.legend.y)
    for mark in chart.marks.reversed() where seen.insert(mark.name).inserted {
      let sign = String(canvas.glyphs == .ascii ? mark.ascii : mark.character)
      if x + mark.name.columns + 2 > chart.legend.right {
        (x, y) = (chart.legend.x, y + 1)
        if y >= chart.legend.bottom { return }
      }
      canvas.write(sign, at: Point(x: x, y: y), Style(mark.role, bold: true), in: chart.legend)
      x =
        canvas.write(
          mark.name, at: Point(x: x + 2, y: y), Style(.dim), in: chart.legend) + 2
    }
  }
}
