internal import Diagnosis
public import Screen
internal import TraceFormat
internal import TraceSession

extension Dashboard {
  /// Takes what somebody did, and returns what is to be done outside.
  public mutating func handle(_ input: Input, _ scene: Scene, size: Size) -> [Effect] {
    let area = Self.panelArea(size)
    switch input {
    case .key(let key):
      message = ""
      if panels[selected].takesText, !showsHelp {
        panels[selected].type(key)
        return []
      }
      guard let action = keymap.action(of: key) else { return [] }
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
        if let index = tabs(size).firstIndex(where: { $0.contains(point) }) { select(index, scene) }
        return []
      }
      guard area.contains(point) else { return [] }
      if let finding = panel.finding(at: point, scene, in: area) { return open(finding, scene) }
      return panels[selected].click(point, scene, in: area)
    case .drag(let origin, let point): return drag(origin, point, isDone: false, scene, area)
    case .drop(let origin, let point): return drag(origin, point, isDone: true, scene, area)
    case .resize: return []
    case .signal: return [.quit]
    }
  }

  private mutating func drag(
    _ origin: Point, _ point: Point, isDone: Bool, _ scene: Scene, _ area: Rect
  ) -> [Effect] {
    guard !showsHelp, area.contains(origin) else { return [] }
    return panels[selected].drag(from: origin, to: point, isDone: isDone, scene, in: area)
  }

  /// Has the panel do what a key means, and tells what it says of that.
  private mutating func ask(_ action: Action, _ scene: Scene, _ area: Rect) -> [Effect] {
    let effects = panels[selected].perform(action, scene, in: area)
    message = panels[selected].remark
    return effects
  }

  private mutating func perform(_ action: Action, _ scene: Scene, _ area: Rect) -> [Effect] {
    if showsHelp, action != .quit {
      showsHelp = false
      return []
    }
    if let obstacle = action.obstacle(scene) {
      message = obstacle
      return []
    }
    switch action {
    case .help: showsHelp = true
    case .quit: return [.quit]
    case .panel(let index): select(index, scene)
    case .nextPanel: select((selected + 1) % panels.count, scene)
    case .previousPanel: select((selected + panels.count - 1) % panels.count, scene)
    case .pause: return [.togglePause]
    case .slower: return [.slower]
    case .faster: return [.faster]
    case .theme: return [.nextTheme]
    case .stepForward: return Self.step(by: 1, scene)
    case .stepBack: return Self.step(by: -1, scene)
    case .stepsForward: return Self.step(by: 10, scene)
    case .stepsBack: return Self.step(by: -10, scene)
    case .first: return scene.snapshot.extent.map { [.seek($0.lowerBound)] } ?? []
    case .last: return [.follow]
    case .walk, .walkOut:
      // The message moves in the graph.
      if let index = panels.firstIndex(where: { $0 is GraphPanel }) { selected = index }
      return ask(action, scene, area)
    case .nextFinding: return goToFinding(by: 1, scene)
    case .previousFinding: return goToFinding(by: -1, scene)
    case .open:
      guard let finding = panel.chosenFinding(scene) else {
        return ask(.open, scene, area)
      }
      return open(finding, scene)
    default: return ask(action, scene, area)
    }
    return []
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

// MARK: - Findings

extension Dashboard {
  private mutating func goToFinding(by count: Int, _ scene: Scene) -> [Effect] {
    let findings = scene.findings
    guard !findings.isEmpty else {
      message = "no findings"
      return []
    }
    let last = finding ?? (count > 0 ? -1 : 0)
    let index = (last + count + findings.count) % findings.count
    finding = index
    panels[selected].show(findings[index], scene)
    return tell(findings[index])
  }

  /// Goes to the step and the layer of a finding; to the layer's page where it has one.
  private mutating func open(_ finding: Finding, _ scene: Scene) -> [Effect] {
    if finding.layer != nil,
      let index = panels.firstIndex(where: { $0 is LayersPanel })
    {
      selected = index
      panels[index].show(finding, scene)
    } else {
      selected = 0
    }
    return tell(finding)
  }

  private mutating func tell(_ finding: Finding) -> [Effect] {
    let place = finding.layer.map { "\($0): " } ?? ""
    message = "\(place)\(finding.rule.rawValue) since step \(finding.firstStep)"
    return [.seek(Int(clamping: finding.firstStep))]
  }
}
