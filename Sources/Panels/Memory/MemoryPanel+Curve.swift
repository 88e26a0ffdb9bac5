internal import Diagnosis
internal import Screen
internal import TraceFormat
internal import TraceSession

// MARK: - The saw tooth

extension MemoryPanel {
  static func look(_ category: String) -> (role: Role, fill: Character, ascii: Character) {
    switch category {
    case "parameter": (.parameter, "░", "p")
    case "optimizer": (.optimizerState, "░", "o")
    case "input": (.input, "░", "i")
    case "gradient": (.gradient, "▓", "g")
    case "activation": (.activation, "█", "a")
    default: (.temporary, "▒", "t")
    }
  }

  func drawCurve(
    _ curve: MemoryCurve, peak: Int, now: Int, _ other: MemoryFrontier.Choice?, _ scene: Scene,
    on canvas: inout Canvas,
    _ layout: Layout
  ) {
    let chart = layout.chart
    let most = curve.totals[peak]
    let holder = op(at: peak, curve, scene.snapshot)
    let place = holder.map { "\($0.phase?.name ?? "") of \($0.name)" } ?? ""
    canvas.drawFrame(
      layout.curve, title: "memory over step \(scene.snapshot.cursor)",
      note: other.map { "then \(Figure.bytes(Double($0.point.peak)))" }
        ?? "peak \(Figure.bytes(Double(most))) in \(place)")
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
    if let other { drawTooth(other.curve, top: Double(most), on: &canvas, chart) }
    drawMarks(curve, peak: peak, now: now, on: &canvas, chart)
    drawPhases(shown, curve, scene.snapshot, on: &canvas, chart)
  }

  /// The saw tooth of another plan, as a line over this one.
  private func drawTooth(
    _ bytes: [UInt64], top: Double, on canvas: inout Canvas, _ chart: Rect
  ) {
    guard !bytes.isEmpty, top > 0, chart.height > 0 else { return }
    let mark: Character = canvas.glyphs == .ascii ? "=" : "━"
    for column in 0..<chart.width {
      let most = Self.range(of: column, bytes.count, chart.width).map { bytes[$0] }.max() ?? 0
      let height = min(1, Double(most) / top) * Double(chart.height)
      let row = max(0, min(chart.height - 1, chart.height - Int(height.rounded(.up))))
      canvas[chart.x + column, chart.y + row] = Cell(
        character: mark, style: Style(.curveAccent, bold: true))
    }
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
