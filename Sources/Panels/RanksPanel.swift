internal import Screen
internal import TraceFormat
internal import TraceSession

/// The processes of a run side by side: time and gradient norm of the step at the cursor.
struct RanksPanel: Panel {
  static let title = "Ranks"

  mutating func perform(_ action: Action, _ scene: Scene, in area: Rect) -> [Effect] {
    switch action {
    case .left: Dashboard.step(by: -1, scene)
    case .right: Dashboard.step(by: 1, scene)
    default: []
    }
  }

  func draw(_ scene: Scene, on canvas: inout Canvas, in area: Rect) {
    let ranks = scene.ranks
    let size = ranks.compactMap(\.run?.worldSize).max() ?? 1
    let inside = canvas.drawFrame(
      area, title: "ranks at step \(scene.snapshot.cursor)",
      note: "\(ranks.count) of \(max(1, size))")
    let slowest = ranks.compactMap { $0.step?.duration }.max() ?? 0
    let table = Table(
      Self.columns,
      ranks.prefix(max(0, inside.height - 1)).map { cells($0, slowest: Double(slowest)) })
    canvas.draw(table, in: inside)
  }

  private static let columns = [
    TableColumn("rank", minimum: 4, priority: 10),
    TableColumn("host", minimum: 10, growth: 2, alignment: .left, priority: 6),
    TableColumn("device", minimum: 12, growth: 3, alignment: .left, priority: 2),
    TableColumn("step", minimum: 6, priority: 8),
    TableColumn("took", minimum: 8, priority: 9),
    TableColumn("", minimum: 8, growth: 3, alignment: .left, priority: 5),
    TableColumn("waited", minimum: 8, priority: 7),
    TableColumn("loss", minimum: 8, priority: 7),
    TableColumn("grad norm", minimum: 9, priority: 8),
  ]

  private func cells(_ rank: Snapshot, slowest: Double) -> [TableCell] {
    let step = rank.step
    let duration = step.map { Double($0.duration) }
    let waited = step?.measuredTime(of: .collective).flatMap { $0 > 0 ? Double($0) : nil }
    return [
      .text("\(rank.run?.rank ?? 0)", Style(.value)),
      .name(rank.run?.host ?? "", Style(.text)),
      .name(rank.run?.device ?? "", Style(.label)),
      .text("\(rank.cursor)", Style(.text)),
      .text(duration.map { Figure.duration($0) } ?? "–", Style(.value)),
      .bar(slowest > 0 ? (duration ?? 0) / slowest : 0, Style(.backward)),
      .text(waited.map { Figure.duration($0) } ?? "–", Style(.dim)),
      .text(step?.loss.map { Figure.number($0) } ?? "–", Style(.text)),
      .text(step?.gradNorm.map { Figure.number($0) } ?? "–", Style(.gradient)),
    ]
  }
}
