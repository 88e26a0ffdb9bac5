public import Screen
internal import TraceFormat
internal import TraceSession

/// The dashboard: panels with one step cursor, the keys that move it, and a page of help.
///
/// A value: keys change how it looks, drawing changes nothing.
public struct Dashboard: Sendable {
  /// Below this a panel would be unreadable.
  public static let smallest = Size(width: 40, height: 10)

  private var panels: [any Panel] = [OverviewPanel(), LayersPanel(), OpsPanel()]
  private var selected = 0
  private var showsHelp = false

  /// The dashboard on its first panel.
  public init() {}

  /// Names that `select(panel:)` takes.
  public static let panelNames = ["overview", "layers", "ops"]

  /// Shows the panel of that name; false where there is none.
  public mutating func select(panel name: String) -> Bool {
    guard let index = Self.panelNames.firstIndex(of: name.lowercased()) else { return false }
    selected = index
    return true
  }
}

// MARK: - Input

extension Dashboard {
  /// Takes what somebody did, and returns what is to be done outside.
  public mutating func handle(_ input: Input, _ scene: Scene, size: Size) -> [Effect] {
    let area = Self.panelArea(size)
    switch input {
    case .key(let key):
      if panels[selected].takesText {
        panels[selected].type(key)
        return []
      }
      guard let action = Binding.action(of: key) else { return [] }
      return perform(action, scene, area)
    case .wheel(let notches, _):
      let action: Action = notches < 0 ? .up : .down
      return (0..<3).flatMap { _ in panels[selected].perform(action, scene, in: area) }
    case .click(let point):
      if showsHelp {
        showsHelp = false
        return []
      }
      if point.y == 0 {
        var canvas = Canvas(width: size.width, height: 1)
        let tabs = canvas.drawTabs(titles, selected: selected, in: canvas.bounds)
        if let index = tabs.firstIndex(where: { $0.contains(point) }) { selected = index }
        return []
      }
      return area.contains(point) ? panels[selected].click(point, scene, in: area) : []
    case .drag, .drop, .resize: return []
    case .signal: return [.quit]
    }
  }

  private mutating func perform(_ action: Action, _ scene: Scene, _ area: Rect) -> [Effect] {
    if showsHelp, action != .quit {
      showsHelp = false
      return []
    }
    switch action {
    case .help: showsHelp = true
    case .quit: return [.quit]
    case .panel(let index): selected = index
    case .nextPanel: selected = (selected + 1) % panels.count
    case .previousPanel: selected = (selected + panels.count - 1) % panels.count
    case .pause: return [.togglePause]
    case .slower: return [.slower]
    case .faster: return [.faster]
    case .theme: return [.nextTheme]
    case .stepForward: return step(by: 1, scene)
    case .stepBack: return step(by: -1, scene)
    case .stepsForward: return step(by: 10, scene)
    case .stepsBack: return step(by: -10, scene)
    case .first: return scene.snapshot.extent.map { [.seek($0.lowerBound)] } ?? []
    case .last: return [.follow]
    default: return panels[selected].perform(action, scene, in: area)
    }
    return []
  }

  private func step(by count: Int, _ scene: Scene) -> [Effect] {
    Self.step(by: count, scene)
  }

  /// Moves the cursor; at the end of a paused training a step on trains one.
  static func step(by count: Int, _ scene: Scene) -> [Effect] {
    guard let extent = scene.snapshot.extent else {
      return scene.producer == .training(isPaused: true) && count > 0 ? [.singleStep] : []
    }
    let wanted = scene.snapshot.cursor + count
    if wanted > extent.upperBound {
      if scene.producer == .training(isPaused: true), count == 1 { return [.follow, .singleStep] }
      return [.follow]
    }
    return [.seek(max(extent.lowerBound, wanted))]
  }
}

// MARK: - Drawing

extension Dashboard {
  private var titles: [String] { panels.map { type(of: $0).title } }

  /// Draws all of it.
  public func draw(_ scene: Scene, on canvas: inout Canvas) {
    let size = canvas.size
    guard size.width >= Self.smallest.width, size.height >= Self.smallest.height else {
      let text = "gradtop needs \(Self.smallest.width)×\(Self.smallest.height)"
      canvas.write(
        text, Style(.warning), in: canvas.bounds.row(size.height / 2), alignment: .center)
      return
    }
    let top = canvas.bounds.row(0)
    canvas.fill(top, Style(.statusBar))
    let tabs = canvas.drawTabs(titles, selected: selected, in: top)
    let used = tabs.last.map(\.right) ?? 0
    drawStatus(scene, on: &canvas, in: Rect(x: used, y: 0, width: size.width - used, height: 1))
    panels[selected].draw(scene, on: &canvas, in: Self.panelArea(size))
    let bottom = canvas.bounds.row(size.height - 1)
    let hints = Binding.all.compactMap { binding in
      binding.hint.map { (key: String(binding.label.prefix { $0 != " " }), text: $0) }
    }
    canvas.drawKeyHints(hints, in: bottom)
    if !scene.notice.isEmpty {
      canvas.fill(bottom, Style(.statusBar))
      canvas.write(scene.notice, Style(.warning), in: bottom.inset(1, 0))
    }
    if showsHelp { drawHelp(on: &canvas) }
  }

  static func panelArea(_ size: Size) -> Rect {
    Rect(x: 0, y: 1, width: size.width, height: size.height - 2)
  }

  private func drawStatus(_ scene: Scene, on canvas: inout Canvas, in area: Rect) {
    let (text, role): (String, Role) =
      switch scene.producer {
      case .training(isPaused: true): ("paused", .warning)
      case .training(isPaused: false): ("training", .good)
      case .ended: ("ended", .label)
      case .follow: (scene.snapshot.state == .closed ? "ended" : "following", .good)
      case .replay(isPlaying: true): ("playing", .good)
      case .replay(isPlaying: false): ("replay", .label)
      }
    var parts = [scene.snapshot.run?.name ?? "waiting for a run"]
    if let extent = scene.snapshot.extent {
      let planned = Int(clamping: scene.snapshot.run?.plannedSteps ?? 0)
      let last = max(extent.upperBound, planned - 1)
      parts.append("step \(scene.snapshot.cursor)/\(last)")
    }
    if let speed = scene.speed { parts.append("\(Figure.number(speed))/s") }
    let prefix = parts.joined(separator: "  ") + "  "
    let marker = scene.snapshot.isFollowing ? "" : " ◂"
    let right = text + (canvas.glyphs == .ascii && !marker.isEmpty ? " <" : marker)
    var style = Style(role, bold: true)
    style.background = .statusBar
    let width = right.columns + 1
    canvas.write(
      right, style, in: Rect(x: area.right - width, y: area.y, width: width - 1, height: 1))
    canvas.write(
      prefix, Style(.statusBar),
      in: Rect(x: area.x, y: area.y, width: area.width - width, height: 1), alignment: .right)
  }

  private func drawHelp(on canvas: inout Canvas) {
    let rows = Binding.all.count
    let columns = canvas.size.height >= rows + 4 ? 1 : 2
    let height = (rows + columns - 1) / columns
    let width = min(canvas.size.width - 2, columns * 52)
    let box = Rect(
      x: (canvas.size.width - width) / 2, y: max(0, (canvas.size.height - height - 2) / 2),
      width: width, height: min(canvas.size.height, height + 2))
    canvas.fill(box, Style(.text))
    let inside = canvas.drawFrame(box, title: "Keys", note: "any key closes")
    for (index, binding) in Binding.all.enumerated() {
      let column = Rect(
        x: inside.x + 1 + index / height * (inside.width / columns), y: inside.y + index % height,
        width: inside.width / columns - 2, height: 1
      ).intersection(inside)
      canvas.write(
        binding.label, Style(.keyHint),
        in: Rect(x: column.x, y: column.y, width: min(9, column.width), height: column.height))
      canvas.write(
        binding.help, Style(.text),
        in: Rect(x: column.x + 11, y: column.y, width: column.width - 11, height: column.height))
    }
  }
}
