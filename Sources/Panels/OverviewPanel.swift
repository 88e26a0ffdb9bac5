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
    let curve = Layout(area, hasAccuracy: isClassifier(scene)).loss.inset()
    guard let column = BrailleCurve.column(at: point, in: curve),
      let extent = scene.snapshot.extent
    else { return [] }
    let columns = max(1, BrailleCurve.capacity(in: curve) / 2)
    let step = extent.lowerBound + (extent.count * (2 * column + 1)) / (2 * columns)
    return [.seek(min(extent.upperBound, step))]
  }

  func draw(_ scene: Scene, on canvas: inout Canvas, in area: Rect) {
    let layout = Layout(area, hasAccuracy: isClassifier(scene))
    drawLoss(scene, on: &canvas, in: layout.loss)
    drawAccuracy(scene, on: &canvas, in: layout.accuracy)
    drawFigures(scene, on: &canvas, in: layout.figures)
    drawTimes(scene, on: &canvas, in: layout.times)
    drawMemory(scene, on: &canvas, in: layout.memory)
  }

  private func isClassifier(_ scene: Scene) -> Bool { scene.snapshot.scalars[.accuracy] != nil }

  /// Where the boxes stand.
  private struct Layout {
    let loss, accuracy, figures, times, memory: Rect

    init(_ area: Rect, hasAccuracy: Bool) {
      let rows = area.rows(.share(11), .share(10))
      let curves = rows[0].columns(.share(hasAccuracy ? 62 : 100), .share(hasAccuracy ? 38 : 0))
      (loss, accuracy) = (curves[0], curves[1])
      let boxes = rows[1].columns(.share(34), .share(33), .share(33))
      (figures, times, memory) = (boxes[0], boxes[1], boxes[2])
    }
  }
}

// MARK: - Curves

extension OverviewPanel {
  private func drawLoss(_ scene: Scene, on canvas: inout Canvas, in area: Rect) {
    let loss = scene.snapshot.scalars[.loss]
    let now = loss?.value(at: scene.snapshot.cursor).map { Double($0.mean) }
    let canBeLogarithmic = (loss?.minimum ?? 0) > 0
    let note = now.map { Figure.number($0) } ?? "no steps yet"
    let scale = isLogarithmic && canBeLogarithmic ? "log" : "linear"
    let inside = canvas.drawFrame(area, title: "loss (\(scale))", note: note)
    var curve = BrailleCurve(
      points(loss, scene, BrailleCurve.capacity(in: inside)),
      isLogarithmic: isLogarithmic && canBeLogarithmic)
    curve.cursor = cursorColumn(scene, inside)
    canvas.draw(curve, in: inside)
  }

  private func drawAccuracy(_ scene: Scene, on canvas: inout Canvas, in area: Rect) {
    guard let accuracy = scene.snapshot.scalars[.accuracy] else { return }
    let now = accuracy.value(at: scene.snapshot.cursor).map { Double($0.mean) }
    let inside = canvas.drawFrame(
      area, title: "accuracy", note: now.map { Figure.percent($0) } ?? "")
    var curve = BrailleCurve(points(accuracy, scene, BrailleCurve.capacity(in: inside)))
    curve.range = 0...1
    curve.style = Style(.good)
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
    let worst = scene.findings.map(\.severity).max()
    let health =
      scene.findings.isEmpty
      ? ("none", Role.good)
      : (
        "\(scene.findings.count): \(scene.findings[0].rule.rawValue)",
        worst == .error ? Role.error : .warning
      )
    var rows: [(String, String, Role)] = [
      ("loss", step?.loss.map { Figure.number($0) } ?? "–", .value),
      (
        "best loss", snapshot.scalars[.loss]?.minimum.map { Figure.number(Double($0)) } ?? "–",
        .text
      ),
      ("gradient norm", step?.gradNorm.map { Figure.number($0) } ?? "–", .text),
      ("learning rate", step?.learningRate.map { Figure.number($0) } ?? "–", .text),
      ("samples/s", step?.samplesPerSecond.map { Figure.count($0) } ?? "–", .text),
      ("findings", health.0, health.1),
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
      ("gradient", memory.gradient, .gradient),
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
