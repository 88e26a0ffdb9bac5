internal import Diagnosis
internal import Screen
internal import TraceFormat
internal import TraceSession

/// Is it learning, and where do time and memory go: the loss over the run, and the step at the cursor.
struct OverviewPanel: Panel {
  static let title = "Overview"

  static let actions: Set<Action> = [.logarithm]

  private var isLogarithmic = true

  mutating func perform(_ action: Action, _ scene: Scene, in area: Rect) -> [Effect] {
    switch action {
    case .logarithm: isLogarithmic.toggle()
    case .left: return Dashboard.step(by: -1, scene)
    case .right: return Dashboard.step(by: 1, scene)
    default: break
    }
    return []
  }

  mutating func click(_ point: Point, _ scene: Scene, in area: Rect) -> [Effect] {
    let curve = Layout(area, scene).loss.inset()
    guard let column = BrailleCurve.column(at: point, in: curve),
      let extent = scene.snapshot.extent
    else { return [] }
    let columns = max(1, BrailleCurve.capacity(in: curve) / 2)
    let step = extent.lowerBound + (extent.count * (2 * column + 1)) / (2 * columns)
    return [.seek(min(extent.upperBound, step))]
  }

  func finding(at point: Point, _ scene: Scene, in area: Rect) -> Finding? {
    let rows = Layout(area, scene).findings.inset()
    guard rows.contains(point) else { return nil }
    return scene.rankedFindings.dropFirst(point.y - rows.y).first
  }

  func draw(_ scene: Scene, on canvas: inout Canvas, in area: Rect) {
    let layout = Layout(area, scene)
    let verdict = Verdict(scene)
    let line = layout.verdict.inset(1, 0)
    canvas.write(verdict.text(in: line.width), Style(verdict.role, bold: true), in: line)
    drawLoss(scene, on: &canvas, in: layout.loss)
    drawAccuracy(scene, on: &canvas, in: layout.accuracy)
    drawPace(scene, on: &canvas, layout)
    drawFigures(scene, on: &canvas, in: layout.figures)
    drawTimes(scene, on: &canvas, in: layout.times)
    drawMemory(scene, on: &canvas, in: layout.memory)
    drawFindings(scene, on: &canvas, in: layout.findings)
  }

  /// Where the boxes stand: those of figures are as high as these, curves get the rest.
  private struct Layout {
    let verdict, loss, accuracy, rate, throughput, figures, times, memory, findings: Rect

    init(_ area: Rect, _ scene: Scene) {
      let scalars = scene.snapshot.scalars
      let isHigh = area.height >= 30
      let found = isHigh && !scene.findings.isEmpty ? min(6, scene.findings.count) + 2 : 0
      let hasRate = scalars[.learningRate] != nil
      let hasPace = scalars[.samplesPerSecond] != nil
      let pace = isHigh && (hasRate || hasPace) ? max(6, area.height / 6) : 0
      let rows = area.rows(.cells(1), .share(1), .cells(pace), .cells(10), .cells(found))
      let hasSecond = scalars[.accuracy] != nil || !scene.snapshot.recordsLosses
      let curves = rows[1].columns(.share(62), .share(hasSecond ? 38 : 0))
      let paces = rows[2].columns(.share(hasRate ? 1 : 0), .share(hasPace ? 1 : 0))
      let boxes = rows[3].columns(.share(34), .share(33), .share(33))
      (verdict, loss, accuracy) = (rows[0], curves[0], curves[1])
      (rate, throughput) = (paces[0], paces[1])
      (figures, times, memory) = (boxes[0], boxes[1], boxes[2])
      findings = rows[4]
    }
  }
}

// MARK: - Curves

extension OverviewPanel {
  private func drawLoss(_ scene: Scene, on canvas: inout Canvas, in area: Rect) {
    let loss = scene.snapshot.scalars[.loss]
    let now = loss?.value(at: scene.snapshot.cursor).map { Double($0.mean) }
    let canBeLogarithmic = (loss?.minimum ?? 0) > 0
    let (snapshot, isEmpty) = (scene.snapshot, scene.snapshot.extent == nil)
    let note = now.map { Figure.number($0) } ?? (isEmpty ? "no steps yet" : "")
    let scale = isLogarithmic && canBeLogarithmic ? "log" : "linear"
    let inside = canvas.drawFrame(area, title: "loss (\(scale))", note: note)
    if !isEmpty, !snapshot.recordsLosses {
      canvas.write(
        snapshot.notRecorded("losses"), Style(.dim), in: inside.row(max(0, inside.height / 2)),
        alignment: .center)
      return
    }
    var curve = BrailleCurve(
      points(loss, scene, BrailleCurve.capacity(in: inside)),
      isLogarithmic: isLogarithmic && canBeLogarithmic)
    curve.cursor = cursorColumn(scene, inside)
    canvas.draw(curve, in: inside)
  }

  private func drawAccuracy(_ scene: Scene, on canvas: inout Canvas, in area: Rect) {
    guard scene.snapshot.scalars[.accuracy] != nil else {
      drawCurve(
        .duration, "time of a step", { Figure.duration($0) }, .curve, scene, on: &canvas, in: area)
      return
    }
    drawCurve(
      .accuracy, "accuracy", { Figure.percent($0) }, .good, range: 0...1, scene, on: &canvas,
      in: area)
  }

  private func drawPace(_ scene: Scene, on canvas: inout Canvas, _ layout: Layout) {
    drawCurve(
      .learningRate, "learning rate", { Figure.number($0) }, .optimizer, scene, on: &canvas,
      in: layout.rate)
    drawCurve(
      .samplesPerSecond, "throughput (samples/s)", { Figure.count($0) }, .forward, scene,
      on: &canvas, in: layout.throughput)
  }

  private func drawCurve(
    _ scalar: Scalar, _ title: String, _ figure: @escaping @Sendable (Double) -> String,
    _ role: Role, range: ClosedRange<Double>? = nil, _ scene: Scene, on canvas: inout Canvas,
    in area: Rect
  ) {
    guard area.height > 2, area.width > 2, let series = scene.snapshot.scalars[scalar]
    else { return }
    let now = series.value(at: scene.snapshot.cursor).map { Double($0.mean) }
    let inside = canvas.drawFrame(area, title: title, note: now.map(figure) ?? "")
    var curve = BrailleCurve(points(series, scene, BrailleCurve.capacity(in: inside)))
    curve.range = range
    curve.style = Style(role)
    curve.figure = figure
    curve.cursor = cursorColumn(scene, inside)
    canvas.draw(curve, in: inside)
  }

  private func points(_ series: Series?, _ scene: Scene, _ count: Int) -> [CurvePoint?] {
    guard let series, let extent = scene.snapshot.extent, count > 0 else { return [] }
    return series.resampled(to: count, over: extent).map { block in
      guard let block, block.finite > 0 else { return nil }
      return CurvePoint(
        low: Double(block.min), middle: Double(block.mean), high: Double(block.max))
    }
  }

  private func cursorColumn(_ scene: Scene, _ area: Rect) -> Int? {
    let columns = BrailleCurve.capacity(in: area) / 2
    guard let extent = scene.snapshot.extent, columns > 0 else { return nil }
    let position = scene.snapshot.cursor - extent.lowerBound
    return min(columns - 1, position * columns / extent.count)
  }
}

// MARK: - Figures

extension OverviewPanel {
  private func drawFigures(_ scene: Scene, on canvas: inout Canvas, in area: Rect) {
    let (snapshot, step) = (scene.snapshot, scene.snapshot.step)
    let inside = canvas.drawFrame(area, title: "step \(snapshot.cursor)").inset(1, 0)
    var rows: [(String, String, Role)] = [
      ("loss", step?.loss.map { Figure.number($0) } ?? "–", .value),
      (
        "best loss", snapshot.scalars[.loss]?.minimum.map { Figure.number(Double($0)) } ?? "–",
        .text
      ),
      ("gradient norm", step?.gradNorm.map { Figure.number($0) } ?? "–", .text),
      ("learning rate", step?.learningRate.map { Figure.number($0) } ?? "–", .text),
      ("samples/s", step?.samplesPerSecond.map { Figure.count($0) } ?? "–", .text),
    ]
    if let factor = step?.clipFactor, factor < 1 {
      rows.insert(("clipped by", Figure.number(factor), .warning), at: 3)
    }
    rows.append(("parameters", Figure.count(Double(snapshot.graph.parameterCount)), .text))
    if !snapshot.gaps.isEmpty {
      rows.insert(("damage", "\(snapshot.gaps.count) gaps", .error), at: 0)
    }
    for (index, row) in rows.enumerated() {
      let line = inside.row(index)
      let label = min(14, line.width)
      canvas.write(
        row.0, Style(.label), in: Rect(x: line.x, y: line.y, width: label, height: line.height))
      canvas.write(
        row.1, Style(row.2),
        in: Rect(x: line.x + label, y: line.y, width: line.width - label, height: line.height),
        alignment: .right)
    }
  }

  /// What was found, the worst that holds now first.
  private func drawFindings(_ scene: Scene, on canvas: inout Canvas, in area: Rect) {
    guard area.height > 2 else { return }
    let ranked = scene.rankedFindings
    let open = ranked.count(where: scene.isOpen)
    let inside = canvas.drawFrame(
      area, title: "findings", note: "\(open) open of \(ranked.count)"
    ).inset(1, 0)
    for (index, finding) in ranked.prefix(inside.height).enumerated() {
      let isOpen = scene.isOpen(finding)
      let parts = inside.row(index).columns(
        .cells(9), .cells(26), .share(1), .cells(1), .cells(inside.width >= 64 ? 18 : 8))
      let role: Role = isOpen ? finding.severity.role : .dim
      canvas.write(finding.severity.rawValue, Style(role, bold: isOpen), in: parts[0])
      canvas.write(finding.rule.rawValue, Style(isOpen ? .text : .dim), in: parts[1])
      let place = (finding.layer ?? "the run").fittedAtBothEnds(
        to: parts[2].width, ellipsis: canvas.glyphs == .ascii ? "~" : "…")
      canvas.write(place, Style(isOpen ? .label : .dim), in: parts[2])
      let since = inside.width >= 64 ? "since step " : ""
      canvas.write(
        since + "\(finding.firstStep)", Style(isOpen ? .value : .dim), in: parts[4],
        alignment: .right)
    }
  }

  private func drawTimes(_ scene: Scene, on canvas: inout Canvas, in area: Rect) {
    let step = scene.snapshot.step
    let note = step.map { Figure.duration(Double($0.duration)) } ?? ""
    let inside = canvas.drawFrame(area, title: "time", note: note).inset(1, 0)
    guard let step, step.duration > 0 else { return }
    let phases: [(Phase, Role)] = [
      (.data, .data), (.forward, .forward), (.recompute, .recompute), (.backward, .backward),
      (.optimizer, .optimizer),
    ]
    let whole = Double(step.duration)
    var parts = phases.compactMap { phase, role -> PartOfWhole? in
      let time = Double(step.measuredTime(of: phase) ?? 0)
      guard time > 0 else { return nil }
      return PartOfWhole(
        name: phase.name, amount: time, figure: Figure.duration(time), role: role)
    }
    let own = max(0, whole - parts.reduce(0) { $0 + $1.amount })
    if !parts.isEmpty, own > 0.001 * whole {
      // gradtop's own cost: looking at outputs, filling columns.
      parts.append(
        PartOfWhole(
          name: "recording", amount: own, figure: Figure.duration(own), role: .dim))
    }
    canvas.draw(parts, of: whole, in: inside)
  }

  private func drawMemory(_ scene: Scene, on canvas: inout Canvas, in area: Rect) {
    let memory = scene.snapshot.step?.memory ?? MemoryColumns()
    let arena = Double(scene.snapshot.run?.arenaBytes ?? 0)
    let peak = memory.peakBytes.map { Double($0) } ?? 0
    let note = peak > 0 ? (area.width < 30 ? "" : "peak ") + Figure.bytes(peak) : ""
    let inside = canvas.drawFrame(area, title: "memory", note: note).inset(1, 0)
    let row = memory.row.indices.max {
      (memory.totalBytes(at: $0) ?? 0) < (memory.totalBytes(at: $1) ?? 0)
    }
    guard let row else { return }
    let categories: [(String, [UInt64], Role)] = [
      ("parameter", memory.parameter, .parameter),
      ("optimizer", memory.optimizerState, .optimizerState), ("input", memory.input, .input),
      ("temporary", memory.temporary, .temporary), ("activation", memory.activation, .activation),
      ("gradient", memory.gradient, .gradient), ("allocated", memory.total, .temporary),
    ]
    let whole = max(arena, peak)
    let parts = categories.compactMap { name, column, role -> PartOfWhole? in
      guard column.indices.contains(row), column[row] > 0 else { return nil }
      let bytes = Double(column[row])
      return PartOfWhole(name: name, amount: bytes, figure: Figure.bytes(bytes), role: role)
    }
    canvas.draw(parts, of: whole, in: inside)
  }
}
