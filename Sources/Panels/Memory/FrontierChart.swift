internal import Diagnosis
internal import Screen
internal import TraceFormat
internal import TraceSession

/// The frontier as a chart: bytes to the right, milliseconds up.
struct FrontierChart {
  /// Something at a place of the chart.
  struct Mark {
    var point: MemoryFrontier.Point
    var character: Character
    var ascii: Character
    var name: String
    var role: Role
  }

  let frontier: MemoryFrontier
  /// What is known beside the frontier, the less important first.
  let marks: [Mark]
  /// Where the plot is, without its labels.
  let plot: Rect
  /// Where the curve with its labels is.
  let area: Rect
  /// Where marks are explained.
  let legend: Rect
  private let bytes: ClosedRange<Double>
  private let times: ClosedRange<Double>

  init(_ frontier: MemoryFrontier, _ snapshot: Snapshot, in inside: Rect) {
    self.frontier = frontier
    marks = Self.marks(frontier, snapshot)
    let legendRows = inside.height >= 9 ? 2 : inside.height >= 6 ? 1 : 0
    area = Rect(
      x: inside.x, y: inside.y, width: inside.width - 1,
      height: max(0, inside.height - 1 - legendRows))
    plot = Rect(
      x: area.x + BrailleCurve.labelWidth, y: area.y,
      width: max(0, area.width - BrailleCurve.labelWidth), height: area.height)
    legend = Rect(x: inside.x, y: area.bottom + 1, width: inside.width, height: legendRows)
    // The frontier and what was measured set the scale; what is far worse is cut off.
    let shown = frontier.choices.map(\.point) + [frontier.storeAll] + Self.measured(snapshot)
    let peaks = shown.map { Double($0.peak) }
    let (low, high) = (peaks.min() ?? 0, peaks.max() ?? 1)
    let margin = max(1, (high - low) * 0.04)
    bytes = max(0, low - margin)...(high + margin)
    let spans = shown.map { $0.time / 1e6 }
    let (least, most) = (spans.min() ?? 0, spans.max() ?? 1)
    let room = max(least * 0.01, (most - least) * 0.06)
    times = max(0, least - room)...(most + room)
  }

  /// What the steps of each plan took, and of none.
  private static func measured(_ snapshot: Snapshot) -> [MemoryFrontier.Point] {
    snapshot.plans.compactMap { period in
      let peak = period.plan?.peak ?? snapshot.run?.arenaBytes
      guard let peak, let time = period.stepTime else { return nil }
      return MemoryFrontier.Point(peak: Int(clamping: peak), time: time)
    }
  }

  private static func marks(_ frontier: MemoryFrontier, _ snapshot: Snapshot) -> [Mark] {
    var marks: [Mark] = []
    for (baseline, look) in zip(frontier.baselines, [("√", "n"), ("k", "k"), ("r", "r")]) {
      marks += baseline.points.map {
        Mark(
          point: $0, character: Character(look.0), ascii: Character(look.1), name: baseline.name,
          role: .dim)
      }
    }
    for period in snapshot.plans.dropLast() {
      guard let peak = period.plan?.peak, let time = period.plan?.predictedTime else { continue }
      marks.append(
        Mark(
          point: MemoryFrontier.Point(peak: Int(clamping: peak), time: Double(time)),
          character: "×", ascii: "x", name: "predicted", role: .label))
    }
    marks += measured(snapshot).dropLast().map {
      Mark(point: $0, character: "○", ascii: "o", name: "measured", role: .value)
    }
    marks.append(
      Mark(
        point: frontier.storeAll, character: "■", ascii: "#", name: "store all", role: .text))
    if let knee = frontier.knee {
      marks.append(
        Mark(
          point: frontier.choices[knee].point, character: "◆", ascii: "%", name: "knee",
          role: .warning))
    }
    if let plan = snapshot.plans.last?.plan, let time = plan.predictedTime {
      marks.append(
        Mark(
          point: MemoryFrontier.Point(peak: Int(clamping: plan.peak), time: Double(time)),
          character: "×", ascii: "x", name: "predicted", role: .label))
    }
    if let today = today(snapshot) {
      marks.append(Mark(point: today, character: "●", ascii: "@", name: "today", role: .good))
    }
    return marks
  }

  /// What steps take now, as measured.
  static func today(_ snapshot: Snapshot) -> MemoryFrontier.Point? {
    let time = snapshot.plans.last?.stepTime ?? snapshot.step.map { Double($0.duration) }
    return time.map { MemoryFrontier.Point(peak: snapshot.arena, time: $0) }
  }
}

// MARK: - Places

extension FrontierChart {
  /// The frontier as a line of steps: at each budget the fastest plan that fits.
  func curve(cursor: Int?) -> BrailleCurve {
    let points = (0..<2 * plot.width).map { dot -> CurvePoint? in
      let budget = bytes.lowerBound + (Double(dot) + 0.5) / Double(2 * plot.width) * span
      guard let index = frontier.choice(within: Int(budget)) else { return nil }
      let time = frontier.choices[index].point.time / 1e6
      return CurvePoint(low: time, middle: time, high: time)
    }
    var curve = BrailleCurve(points)
    curve.range = times
    curve.cursor = cursor
    return curve
  }

  private var span: Double { bytes.upperBound - bytes.lowerBound }

  /// The column of so many bytes, counted from the plot's left; nil: none.
  func column(of peak: Int) -> Int? {
    guard plot.width > 0, bytes.contains(Double(peak)) else { return nil }
    return min(plot.width - 1, Int((Double(peak) - bytes.lowerBound) / span * Double(plot.width)))
  }

  /// The cell of a point; nil where it is not on the chart.
  func place(of point: MemoryFrontier.Point) -> Point? {
    let time = point.time / 1e6
    guard let column = column(of: point.peak), plot.height > 0, times.contains(time) else {
      return nil
    }
    let height = (times.upperBound - time) / (times.upperBound - times.lowerBound)
    let row = min(plot.height - 1, Int((height * Double(4 * plot.height - 1)).rounded()) / 4)
    return Point(x: plot.x + column, y: plot.y + row)
  }

  /// The choice whose bytes are nearest to a point of the plot; nil beside it.
  func choice(at point: Point) -> Int? {
    guard plot.contains(point) else { return nil }
    func distance(_ index: Int) -> Int {
      abs((column(of: frontier.choices[index].point.peak) ?? .max / 2) - (point.x - plot.x))
    }
    return frontier.choices.indices.min { distance($0) < distance($1) }
  }
}
