internal import Diagnosis
internal import Screen
internal import TraceSession

/// What is wrong: a list, and the words for the one under the cursor.
struct FindingsPanel: Panel {
  static let title = "Findings"
  static let shortTitle = "Find"
  static let actions: Set<Action> = [.sort, .sortReverse, .filter, .open]

  private var view = TableView(columns: 5, sortedBy: -1, descending: false)

  var takesText: Bool { view.isTyping }

  mutating func perform(_ action: Action, _ scene: Scene, in area: Rect) -> [Effect] {
    view.perform(action, rows: rows(scene).count, in: Layout(area).list, Self.sortable)
    return []
  }

  mutating func type(_ key: Key) { view.type(key) }

  mutating func click(_ point: Point, _ scene: Scene, in area: Rect) -> [Effect] {
    view.click(point, rows: rows(scene).count, in: Layout(area).list, Self.sortable)
    return []
  }

  func layer(_ scene: Scene) -> String? { view.current(rows(scene))?.layer }

  mutating func show(layer path: String, _ scene: Scene) {
    if let index = rows(scene).firstIndex(where: { $0.layer == path }) { view.select(index) }
  }

  mutating func show(_ finding: Finding, _ scene: Scene) {
    if let index = rows(scene).firstIndex(where: { $0.isSame(as: finding) }) { view.select(index) }
  }

  func chosenFinding(_ scene: Scene) -> Finding? { view.current(rows(scene)) }

  func draw(_ scene: Scene, on canvas: inout Canvas, in area: Rect) {
    let rows = rows(scene)
    let current = view.current(rows)
    let layout = Layout(area)
    let list = current == nil ? area : layout.list
    let inside = canvas.drawFrame(
      list, title: "findings", note: view.note(shown: rows.count, of: scene.findings.count))
    guard let current else {
      drawNothing(scene, on: &canvas, in: list)
      return
    }
    let table = view.table(Self.sortable, rows, in: layout.list) {
      cells($0, scene)
    }
    canvas.draw(table, in: inside)
    drawWords(current, scene, on: &canvas, in: layout.words)
  }

  private func rows(_ scene: Scene) -> [Finding] {
    view.arrange(
      scene.findings, names: { [$0.rule.rawValue, $0.layer ?? "", $0.parameter ?? ""] }, key: key)
  }

  private func key(_ finding: Finding, _ column: Int) -> SortKey {
    switch column {
    case 0: .text(finding.severity.rawValue)
    case 1: .text(finding.rule.rawValue)
    case 2: .text(finding.layer ?? "")
    case 3: .number(Double(finding.firstStep))
    default: .number(finding.value)
    }
  }

  private struct Layout {
    var list, words: Rect

    init(_ area: Rect) {
      let parts = area.rows(.share(3), .share(2))
      (list, words) = (parts[0], parts[1])
    }
  }
}

extension Finding {
  /// Whether it is about the same, whatever became of it since.
  func isSame(as other: Finding) -> Bool {
    rule == other.rule && layer == other.layer && parameter == other.parameter
      && firstStep == other.firstStep
  }
}

// MARK: - Drawing

extension FindingsPanel {
  private static let sortable = SortableColumns(columns: columns, order: [0, 1, 2, 3, 5])

  private static let columns = [
    TableColumn("severity", minimum: 8, alignment: .left, priority: 9),
    TableColumn("rule", minimum: 20, growth: 1, alignment: .left, priority: 10),
    TableColumn("layer", minimum: 14, growth: 3, alignment: .left, priority: 8),
    TableColumn("since", minimum: 7, priority: 7),
    TableColumn("until", minimum: 7, priority: 6),
    TableColumn("value", minimum: 9, priority: 5),
    TableColumn("limit", minimum: 9, priority: 4),
  ]

  private func cells(_ finding: Finding, _ scene: Scene) -> [TableCell] {
    let newest = UInt64(max(0, scene.snapshot.extent?.upperBound ?? 0))
    let isOpen = finding.lastStep >= newest
    let role: Role = scene.isOpen(finding) ? finding.severity.role : .dim
    return [
      .text(finding.severity.rawValue, Style(role, bold: true)),
      .text(finding.rule.rawValue, Style(scene.isOpen(finding) ? .text : .dim)),
      .name(finding.layer ?? "the run", Style(.label)),
      .text("\(finding.firstStep)", Style(.text)),
      .text(isOpen ? "now" : "\(finding.lastStep)", Style(isOpen ? role : .dim)),
      .text(finding.value.map { Figure.number($0) } ?? "", Style(.value)),
      .text(finding.limit.map { Figure.number($0) } ?? "", Style(.dim)),
    ]
  }

  private func drawWords(
    _ finding: Finding, _ scene: Scene, on canvas: inout Canvas, in area: Rect
  ) {
    let place = finding.parameter ?? finding.layer
    let inside = canvas.drawFrame(
      area, title: finding.rule.rawValue + (place.map { ": \($0)" } ?? ""),
      note: "Enter goes there"
    ).inset(1, 0)
    canvas.draw(lines: finding.message, Style(.text), in: inside)
  }

  private func drawNothing(_ scene: Scene, on canvas: inout Canvas, in area: Rect) {
    let snapshot = scene.snapshot
    let isJudged = snapshot.recordsLosses || snapshot.recordsGradients
    let steps = snapshot.extent.map { "in \($0.count) steps" } ?? "yet"
    let text =
      if !scene.findings.isEmpty {
        "no finding has this text"
      } else if snapshot.extent != nil, !isJudged {
        "nothing to judge: \(snapshot.notRecorded("losses or gradients"))"
      } else {
        "nothing is wrong \(steps)"
      }
    let isGood = scene.findings.isEmpty && snapshot.extent != nil && isJudged
    canvas.write(
      text, Style(isGood ? .good : .dim), in: area.inset().row(max(0, area.height / 2 - 1)),
      alignment: .center)
  }
}
