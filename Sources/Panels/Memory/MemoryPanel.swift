internal import Diagnosis
internal import Screen
internal import TraceFormat
internal import TraceSession

/// Where memory goes in a step: the saw tooth that forward builds up and backward takes down, its
/// peak, what is held at the op under the cursor; and what a step would take in less.
struct MemoryPanel: Panel {
  static let title = "Memory"
  static let shortTitle = "Mem"
  static let wantsPlanning = true
  static let actions: Set<Action> = [.moreMemory, .lessMemory, .open]

  /// The moment under the cursor; nil: the peak, wherever it is.
  private var moment: Int?
  /// Bytes of the memory budget that is looked at; nil: none is.
  private var budget: Int?
  /// Whether budgets are looked at: there may be none yet.
  private var showsBudgets = false
  /// Why the budget is not taken; empty: nobody asked for that.
  private var answer = ""

  mutating func perform(_ action: Action, _ scene: Scene, in area: Rect) -> [Effect] {
    switch action {
    case .moreMemory: move(by: 1, scene)
    case .lessMemory: move(by: -1, scene)
    case .open: return adopt(scene)
    case .cancel: (moment, budget, showsBudgets, answer) = (nil, nil, false, "")
    default: moveMoment(action, scene)
    }
    return []
  }

  private mutating func moveMoment(_ action: Action, _ scene: Scene) {
    let curve = MemoryCurve(scene.snapshot.step)
    guard let peak = curve.peak else { return }
    let now = min(moment ?? peak, curve.totals.count - 1)
    switch action {
    case .left, .up: moment = max(0, now - 1)
    case .right, .down: moment = min(curve.totals.count - 1, now + 1)
    case .pageUp: moment = max(0, now - 10)
    case .pageDown: moment = min(curve.totals.count - 1, now + 10)
    default: break
    }
  }

  mutating func click(_ point: Point, _ scene: Scene, in area: Rect) -> [Effect] {
    let layout = layout(scene, area)
    let curve = MemoryCurve(scene.snapshot.step)
    if layout.chart.contains(point), !curve.totals.isEmpty {
      moment = Self.moments(of: point.x - layout.chart.x, curve, layout.chart.width).lowerBound
    } else if let box = layout.frontier, let frontier = scene.planning.frontier {
      let chart = FrontierChart(frontier, scene.snapshot, in: box.inset())
      if let index = chart.choice(at: point) { budget = frontier.choices[index].point.peak }
    }
    return []
  }

  func layer(_ scene: Scene) -> String? {
    let curve = MemoryCurve(scene.snapshot.step)
    guard let now = moment ?? curve.peak else { return nil }
    return op(at: now, curve, scene.snapshot)?.node?.layer
  }

  func draw(_ scene: Scene, on canvas: inout Canvas, in area: Rect) {
    let layout = layout(scene, area)
    let curve = MemoryCurve(scene.snapshot.step)
    if let peak = curve.peak {
      let now = min(moment ?? peak, curve.totals.count - 1)
      drawCurve(curve, peak: peak, now: now, chosen(scene), scene, on: &canvas, layout)
      if let box = layout.categories {
        drawCategories(curve, peak: peak, now: now, scene, on: &canvas, in: box)
      }
      if let box = layout.held {
        drawHeld(curve, peak: peak, now: now, scene, on: &canvas, in: box)
      }
    } else {
      let box = layout.frontier == nil ? area : layout.curve
      canvas.drawFrame(box, title: "memory over the step")
      canvas.write("not recorded", Style(.dim), in: box.inset().row(0), alignment: .center)
    }
    if let box = layout.frontier {
      drawFrontier(scene, choice(scene), on: &canvas, in: box)
    }
    if let box = layout.plan { drawPlan(scene, choice(scene), answer, on: &canvas, in: box) }
  }

  func op(
    at moment: Int, _ curve: MemoryCurve, _ snapshot: Snapshot
  ) -> (name: String, phase: Phase?, node: Graph.Node?)? {
    guard let ops = snapshot.step?.ops, curve.rows.indices.contains(moment) else { return nil }
    let row = curve.rows[moment]
    guard ops.node.indices.contains(row) else { return nil }
    let phase = row < ops.phase.count ? Phase(rawValue: ops.phase[row]) : nil
    return (snapshot.graph.name(ofNode: ops.node[row]), phase, snapshot.graph.node(ops.node[row]))
  }
}

// MARK: - Budgets

extension MemoryPanel {
  /// The choice of the frontier that is looked at; nil: none is.
  private func choice(_ scene: Scene) -> Int? {
    guard let frontier = scene.planning.frontier, let budget else { return nil }
    return frontier.choice(within: budget) ?? 0
  }

  private func chosen(_ scene: Scene) -> MemoryFrontier.Choice? {
    choice(scene).flatMap { index in scene.planning.frontier.map { $0.choices[index] } }
  }

  /// To the next larger or smaller plan, from the one in force on.
  private mutating func move(by count: Int, _ scene: Scene) {
    (showsBudgets, answer) = (true, "")
    guard let frontier = scene.planning.frontier, !frontier.choices.isEmpty else { return }
    let last = frontier.choices.count - 1
    let now = choice(scene) ?? frontier.choice(within: scene.snapshot.arena) ?? 0
    budget = frontier.choices[max(0, min(last, now + count))].point.peak
  }

  /// Has a training in this process go on with the plan that is looked at.
  private mutating func adopt(_ scene: Scene) -> [Effect] {
    guard let chosen = chosen(scene) else { return [] }
    switch scene.producer {
    case .training: return [.plan(budget: chosen.point.peak)]
    case .follow: answer = "another process trains: it cannot be controlled from here"
    case .ended, .replay: answer = "nothing trains: start it with that budget"
    }
    return []
  }
}

extension Snapshot {
  /// Bytes of the arena in force.
  var arena: Int { Int(clamping: plans.last?.plan?.peak ?? run?.arenaBytes ?? 0) }
}

// MARK: - Boxes

extension MemoryPanel {
  struct Layout {
    var curve: Rect
    var chart: Rect
    var categories, held, frontier, plan: Rect?
  }

  /// Where things stand: beside each other where there is room, else what is asked for.
  private func layout(_ scene: Scene, _ area: Rect) -> Layout {
    let parts = area.rows(.share(11), .share(10))
    var layout = Layout(curve: parts[0], chart: parts[0])
    let isWide = area.width >= 110
    if isWide {
      let top = parts[0].columns(.share(3), .share(2))
      (layout.curve, layout.frontier) = (top[0], top[1])
    }
    if isWide, area.width >= 160 {
      let boxes = parts[1].columns(.share(3), .share(4), .share(5))
      (layout.categories, layout.held, layout.plan) = (boxes[0], boxes[1], boxes[2])
    } else if isWide, showsBudgets || budget != nil {
      let boxes = parts[1].columns(.share(2), .share(3))
      (layout.categories, layout.plan) = (boxes[0], boxes[1])
    } else if showsBudgets || budget != nil {
      let boxes = parts[1].columns(.share(5), .share(4))
      (layout.frontier, layout.plan) = (boxes[0], boxes[1])
    } else {
      let boxes = parts[1].columns(.share(2), .share(3))
      (layout.categories, layout.held) = (boxes[0], boxes[1])
    }
    let inside = layout.curve.inset()
    layout.chart = Rect(
      x: inside.x + 10, y: inside.y + 1, width: inside.width - 10, height: inside.height - 2)
    return layout
  }

  /// Moments that a column shows.
  static func moments(of column: Int, _ curve: MemoryCurve, _ width: Int) -> Range<Int> {
    range(of: column, curve.totals.count, width)
  }

  /// Of `count` things in a row, those that a column of `width` shows.
  static func range(of column: Int, _ count: Int, _ width: Int) -> Range<Int> {
    guard width > 0, count > 0 else { return 0..<0 }
    let first = min(count - 1, column * count / width)
    return first..<max(first + 1, (column + 1) * count / width)
  }
}
