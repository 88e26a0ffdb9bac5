internal import Screen
internal import TraceFormat
internal import TraceSession

/// One step on a time axis: a lane for each phase, and the op under the cursor.
struct TimelinePanel: Panel {
  static let title = "Timeline"
  static let shortTitle = "Time"
  static let actions: Set<Action> = [.zoomIn, .zoomOut]

  /// Position in the step's list of ops.
  private var selected = 0
  /// Which part of the step's time is shown.
  private var stretch = Stretch()
  /// Columns of the lanes that the pointer is dragged over.
  private var dragged: ClosedRange<Int>?

  mutating func perform(_ action: Action, _ scene: Scene, in area: Rect) -> [Effect] {
    let ops = scene.snapshot.step?.opList ?? []
    guard !ops.isEmpty else { return [] }
    switch action {
    case .left, .up: selected -= 1
    case .right, .down: selected += 1
    case .pageUp: selected -= 10
    case .pageDown: selected += 10
    case .zoomIn: stretch = Stretch(length: max(Stretch.least, stretch.length / 2))
    case .zoomOut: stretch = Stretch(length: min(1, stretch.length * 2))
    case .cancel: stretch = Stretch()
    default: break
    }
    selected = max(0, min(selected, ops.count - 1))
    // What is selected stays in sight.
    if let start = stretch.start, let step = scene.snapshot.step {
      let view = View(step, selected: selected, stretch, area)
      let middle = view.middle(of: ops[selected]) / view.duration
      if middle < start || middle > start + stretch.length { stretch.start = nil }
    }
    return []
  }

  mutating func click(_ point: Point, _ scene: Scene, in area: Rect) -> [Effect] {
    guard let step = scene.snapshot.step else { return [] }
    let view = View(step, selected: selected, stretch, area)
    guard let (lane, rect) = zip(view.lanes, view.rects).first(where: { $1.contains(point) })
    else { return [] }
    let time = view.time(at: point.x - rect.x)
    let ops = step.opList
    // The op under the pointer, else the nearest one of its lane.
    func distance(_ op: StepOp) -> UInt64 {
      time < op.start ? op.start - time : time > op.end ? time - op.end : 0
    }
    let nearest = ops.indices.filter { ops[$0].phase == lane }
      .min { distance(ops[$0]) < distance(ops[$1]) }
    if let nearest { selected = nearest }
    return []
  }

  static let takesDrags = true

  mutating func drag(
    from origin: Point, to point: Point, isDone: Bool, _ scene: Scene, in area: Rect
  ) -> [Effect] {
    guard let step = scene.snapshot.step, !step.opList.isEmpty else { return [] }
    let view = View(step, selected: selected, stretch, area)
    let columns = view.plot.columns(from: origin, to: point)
    dragged = isDone ? nil : columns
    guard isDone, let columns, view.axis.width > 0 else { return [] }
    let width = Double(view.axis.width)
    let start = view.start + view.length * Double(columns.lowerBound) / width
    let length = view.length * Double(columns.count) / width
    stretch = Stretch(
      length: max(Stretch.least, length / view.duration), start: start / view.duration)
    // The longest op in sight is what one came for.
    let seen = view.ops.indices.filter {
      (start...start + length).contains(view.middle(of: view.ops[$0]))
    }
    if !seen.contains(selected),
      let longest = seen.max(by: { view.ops[$0].duration < view.ops[$1].duration })
    {
      selected = longest
    }
    return []
  }

  func layer(_ scene: Scene) -> String? {
    guard let ops = scene.snapshot.step?.opList, !ops.isEmpty else { return nil }
    return scene.snapshot.graph.node(ops[min(selected, ops.count - 1)].node)?.layer
  }

  mutating func show(layer path: String, _ scene: Scene) {
    let ops = scene.snapshot.step?.opList ?? []
    let found = ops.firstIndex { scene.snapshot.graph.node($0.node)?.layer == path }
    if let found { selected = found }
  }

  func draw(_ scene: Scene, on canvas: inout Canvas, in area: Rect) {
    guard let step = scene.snapshot.step, !step.opList.isEmpty else {
      canvas.drawFrame(area, title: "timeline of the step")
      canvas.write("no ops recorded", Style(.dim), in: area.inset().row(0), alignment: .center)
      return
    }
    let view = View(step, selected: selected, stretch, area)
    drawLanes(view, scene, on: &canvas)
    if let dragged {
      let marked = Rect(
        x: view.plot.x + dragged.lowerBound, y: view.plot.y, width: dragged.count,
        height: view.plot.height)
      canvas.restyle(marked) { $0.background = .selection }
    }
    drawOp(view, scene, on: &canvas, in: view.details)
    drawLongest(view, scene, on: &canvas, in: view.longest)
  }
}

// MARK: - What is shown

extension TimelinePanel {
  /// A part of a step's time, as fractions of that.
  private struct Stretch {
    var length = 1.0
    /// Where it begins; nil: around the op under the cursor.
    var start: Double?

    static let least = 1.0 / Double(1 << 20)
  }

  /// The ops of a step in a stretch of its time, and where all of that stands.
  private struct View {
    var ops: [StepOp]
    var selected: Int
    /// Nanoseconds shown, from the step's start.
    var start: Double
    var length: Double
    var duration: Double
    var dataTime: UInt64
    var lanes: [Phase]
    var frame, axis, details, longest: Rect
    /// For each lane: where its bars stand.
    var rects: [Rect]

    init(_ step: Step, selected: Int, _ stretch: Stretch, _ area: Rect) {
      ops = step.opList
      self.selected = min(selected, ops.count - 1)
      let op = ops[self.selected]
      duration = Double(max(step.duration, ops.map(\.end).max() ?? 1, 1))
      length = duration * stretch.length
      let middle = Double(op.start) + Double(op.duration) / 2
      let centered = (middle - length / 2) / duration
      start = max(0, min((stretch.start ?? centered) * duration, duration - length))
      dataTime = step.measuredTime(of: .data) ?? 0
      var phases = Set(ops.map(\.phase))
      if dataTime > 0 { phases.insert(.data) }
      let order: [Phase] = [
        .data, .forward, .recompute, .backward, .optimizer, .zeroGrad, .offloadOut, .offloadIn,
        .collective,
      ]
      lanes = order.filter(phases.contains)
      let parts = area.rows(.share(3), .share(2))
      frame = parts[0]
      let boxes = parts[1].columns(.share(1), .share(1))
      (details, longest) = (boxes[0], boxes[1])
      let inside = frame.inset(1, 1)
      let height = max(1, min(4, (inside.height - 1) / max(1, lanes.count)))
      let label = min(12, inside.width / 4)
      rects = lanes.indices.map { index in
        Rect(
          x: inside.x + label, y: inside.y + 1 + index * height, width: inside.width - label,
          height: height > 1 ? height - 1 : 1
        ).intersection(inside)
      }
      axis = Rect(x: inside.x + label, y: inside.y, width: inside.width - label, height: 1)
    }

    /// The axis and the lanes below it.
    var plot: Rect {
      Rect(
        x: axis.x, y: axis.y, width: axis.width, height: (rects.last?.bottom ?? axis.y) - axis.y)
    }

    func middle(of op: StepOp) -> Double { Double(op.start) + Double(op.duration) / 2 }

    func column(_ time: Double) -> Double {
      (time - start) / length * Double(axis.width)
    }

    func time(at column: Int) -> UInt64 {
      UInt64(max(0, start + length * (Double(column) + 0.5) / Double(max(1, axis.width))))
    }
  }
}

// MARK: - Lanes

extension TimelinePanel {
  private func drawLanes(_ view: View, _ scene: Scene, on canvas: inout Canvas) {
    canvas.drawFrame(
      view.frame, title: "timeline of step \(scene.snapshot.cursor)",
      note: Figure.duration(view.duration))
    drawAxis(view, on: &canvas)
    for (phase, rect) in zip(view.lanes, view.rects) where rect.height > 0 {
      let label = Rect(
        x: view.frame.x + 2, y: rect.y, width: rect.x - view.frame.x - 3, height: 1)
      canvas.write(phase.name, Style(phase.role), in: label)
      let ops = view.ops.indices.filter { view.ops[$0].phase == phase }
      if phase == .data, ops.isEmpty {
        drawBar(0, Double(view.dataTime), phase.role, view, on: &canvas, in: rect)
      }
      drawDensity(ops.map { view.ops[$0] }, phase, view, on: &canvas, in: rect)
      for index in ops { drawName(index, view, scene, on: &canvas, in: rect) }
    }
  }

  private func drawAxis(_ view: View, on canvas: inout Canvas) {
    let count = max(1, view.axis.width / 16)
    for mark in 0..<count {
      let x = view.axis.x + mark * view.axis.width / count
      let time = view.start + view.length * Double(mark) / Double(count)
      let text = (canvas.glyphs == .ascii ? "|" : "╷") + Figure.duration(time)
      canvas.write(text, at: Point(x: x, y: view.axis.y), Style(.dim), in: view.axis)
    }
  }

  private func drawBar(
    _ start: Double, _ end: Double, _ role: Role, _ view: View, on canvas: inout Canvas,
    in rect: Rect
  ) {
    let first = max(0, Int(view.column(start).rounded(.down)))
    let last = min(rect.width, Int(view.column(end).rounded(.up)))
    guard first < last else { return }
    canvas.fill(
      Rect(x: rect.x + first, y: rect.y, width: last - first, height: rect.height),
      with: canvas.glyphs == .ascii ? "#" : "█", Style(role))
  }

  /// How much of each column's time the lane was busy: ops narrower than a column add up.
  private func drawDensity(
    _ ops: [StepOp], _ phase: Phase, _ view: View, on canvas: inout Canvas, in rect: Rect
  ) {
    var busy = Array(repeating: 0.0, count: rect.width)
    var owners = Array(repeating: (op: -1, share: 0.0), count: rect.width)
    for (index, op) in ops.enumerated() {
      let (from, to) = (view.column(Double(op.start)), view.column(Double(op.end)))
      let first = max(0, Int(from.rounded(.down)))
      let last = min(rect.width - 1, Int(to.rounded(.down)))
      guard first <= last, to > 0, from < Double(rect.width) else { continue }
      for column in first...last {
        let share = min(to, Double(column + 1)) - max(from, Double(column))
        busy[column] += max(0, share)
        if share > owners[column].share { owners[column] = (index, share) }
      }
    }
    let blocks: [Character] = canvas.glyphs == .ascii ? Array(" .:-=+*##") : Array(" ▁▂▃▄▅▆▇█")
    for (column, share) in busy.enumerated() where share > 0 {
      // Neighbours differ, so that one op is told from the next.
      let isOdd = owners[column].op % 2 == 1
      let full: Character = canvas.glyphs == .ascii ? (isOdd ? "=" : "#") : (isOdd ? "▓" : "█")
      let eighths = max(1, Int((min(1, share) * Double(8 * rect.height)).rounded()))
      for row in 0..<((eighths + 7) / 8) {
        let filled = min(8, eighths - 8 * row)
        canvas[rect.x + column, rect.bottom - 1 - row] = Cell(
          character: filled == 8 ? full : blocks[filled], style: Style(phase.role))
      }
    }
  }

  private func drawName(
    _ index: Int, _ view: View, _ scene: Scene, on canvas: inout Canvas, in rect: Rect
  ) {
    let op = view.ops[index]
    let first = max(0, Int(view.column(Double(op.start)).rounded(.up)))
    let last = min(rect.width, Int(view.column(Double(op.end)).rounded(.down)))
    let place = Rect(
      x: rect.x + first, y: rect.y + rect.height / 2, width: last - first, height: 1)
    if index == view.selected {
      let column = max(0, min(rect.width - 1, Int(view.column(Double(op.start)))))
      let marked = Rect(
        x: rect.x + column, y: rect.y, width: max(1, last - column), height: rect.height)
      canvas.restyle(marked) { $0 = Style(.curveAccent, bold: true) }
    }
    guard place.width >= 6 else { return }
    let style = Style(index == view.selected ? .curveAccent : op.phase.role, reversed: true)
    let name = scene.snapshot.graph.name(ofNode: op.node)
    canvas.write(
      name.fittedAtBothEnds(
        to: place.width - 1, ellipsis: canvas.glyphs == .ascii ? "~" : "…"), style, in: place)
  }
}

// MARK: - Below

extension TimelinePanel {
  private func drawOp(_ view: View, _ scene: Scene, on canvas: inout Canvas, in area: Rect) {
    let (snapshot, op) = (scene.snapshot, view.ops[view.selected])
    let node = snapshot.graph.node(op.node)
    let name = snapshot.graph.name(ofNode: op.node)
    let inside = canvas.drawFrame(
      area, title: "\(op.phase.name) of \(name)", note: "op \(view.selected + 1)/\(view.ops.count)"
    ).inset(1, 0)
    let share = Double(op.duration) / view.duration
    var facts = [
      Fact(
        "took", "\(Figure.duration(Double(op.duration))), \(Figure.percent(share)) of the step",
        .value),
      Fact("from", "\(Figure.duration(Double(op.start))) to \(Figure.duration(Double(op.end)))"),
    ]
    if let total = snapshot.totals.total(of: op.node, in: op.phase),
      // A mean may lie above nearly all times: the first step is the slowest by far.
      let half = total.time(atQuantile: 0.5), let most = total.time(atQuantile: 0.95)
    {
      let times = [half, most].map { Figure.duration(Double($0)) }
      facts.append(Fact("usually", "\(times[0]), 95 % below \(times[1])"))
    }
    facts.append(Fact("kind", [node?.kind, node?.layer].compactMap { $0 }.joined(separator: ", ")))
    let ops = snapshot.step?.ops ?? OpColumns()
    func bytes(_ column: [UInt64]) -> String? {
      op.row < column.count && column[op.row] > 0 ? Figure.bytes(Double(column[op.row])) : nil
    }
    if let saved = bytes(ops.savedBytes) { facts.append(Fact("keeps", "\(saved) for backward")) }
    if let freed = bytes(ops.freedBytes) { facts.append(Fact("frees", freed)) }
    let rule = op.phase == .backward ? node?.backwardRule : node?.rule
    if let rule, !rule.isEmpty, op.phase != .optimizer { facts.append(Fact("rule", rule)) }
    canvas.draw(facts, in: inside)
  }

  private func drawLongest(_ view: View, _ scene: Scene, on canvas: inout Canvas, in area: Rect) {
    let inside = canvas.drawFrame(area, title: "longest here")
    let end = view.start + view.length
    let seen = view.ops.filter { Double($0.end) > view.start && Double($0.start) < end }
    let longest = seen.sorted { ($1.duration, $0.row) < ($0.duration, $1.row) }
      .prefix(max(0, inside.height - 1))
    let most = Double(longest.first?.duration ?? 0)
    let table = Table(
      [
        TableColumn("op", minimum: 10, growth: 3, alignment: .left, priority: 10),
        TableColumn("phase", minimum: 9, alignment: .left, priority: 5),
        TableColumn("took", minimum: 8, priority: 9),
        TableColumn("", minimum: 5, growth: 2, alignment: .left, priority: 4),
      ],
      longest.map { op in
        [
          .name(scene.snapshot.graph.name(ofNode: op.node), Style(.text)),
          .text(op.phase.name, Style(op.phase.role)),
          .text(Figure.duration(Double(op.duration)), Style(.value)),
          .bar(most > 0 ? Double(op.duration) / most : 0, Style(op.phase.role)),
        ]
      })
    canvas.draw(table, in: inside)
  }
}
