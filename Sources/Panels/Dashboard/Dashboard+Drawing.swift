public import Screen
internal import TraceFormat
internal import TraceSession

extension Dashboard {
  /// Draws all of it.
  public func draw(_ scene: Scene, on canvas: inout Canvas) {
    let size = canvas.size
    guard size.width >= Self.smallest.width, size.height >= Self.smallest.height else {
      Self.drawTooSmall(scene, on: &canvas)
      return
    }
    let (top, bottom) = (canvas.bounds.row(0), canvas.bounds.row(size.height - 1))
    canvas.fill(top, Style(.statusBar))
    let tabs = canvas.drawTabs(
      titles(size), selected: selected, in: top, isDense: !usesFullTitles(size))
    let used = tabs.last.map(\.right) ?? 0
    panel.draw(scene, on: &canvas, in: Self.panelArea(size))
    canvas.fill(bottom, Style(.statusBar))
    var left = size.width
    if usesFullTitles(size) {
      _ = drawStatus(
        scene, on: &canvas, in: Rect(x: used, y: 0, width: size.width - used, height: 1))
    } else {
      left = drawStatus(scene, on: &canvas, in: bottom)
    }
    let space = Rect(x: bottom.x, y: bottom.y, width: left, height: 1)
    let told = scene.notice.isEmpty ? message : scene.notice
    if told.isEmpty {
      canvas.drawKeyHints(hints(scene), in: space)
    } else {
      canvas.write(told, Style(.warning), in: space.inset(1, 0))
    }
    if showsHelp { drawHelp(scene, on: &canvas) }
  }

  /// Where the tabs stand.
  func tabs(_ size: Size) -> [Rect] {
    var canvas = Canvas(width: size.width, height: 1)
    return canvas.drawTabs(
      titles(size), selected: selected, in: canvas.bounds, isDense: !usesFullTitles(size))
  }

  /// Whether there is room for all titles and for the status beside them.
  private func usesFullTitles(_ size: Size) -> Bool {
    let titles = panels.reduce(0) { $0 + type(of: $1).title.columns + 4 }
    return size.width >= titles + 24
  }

  private func titles(_ size: Size) -> [String] {
    panels.map { usesFullTitles(size) ? type(of: $0).title : type(of: $0).shortTitle }
  }

  /// The keys of the panel first, then those that are always there.
  private func hints(_ scene: Scene) -> [KeyHint] {
    let own = type(of: panel).actions
    var (first, ofPanel, rest): ([KeyHint], [KeyHint], [KeyHint]) = ([], [], [])
    for binding in keymap.bindings {
      guard let text = binding.hint else { continue }
      let (isOfPanel, isAvailable) = (
        binding.action.isOfPanels, binding.action.obstacle(scene) == nil
      )
      // What the panel cannot do here is not offered; what comes and goes with the run is dim.
      if isOfPanel, !own.contains(binding.action) || !isAvailable { continue }
      let hint = KeyHint(key: binding.key, text: text, isAvailable: isAvailable)
      if first.count < 2 {
        first.append(hint)
      } else if isOfPanel {
        ofPanel.append(hint)
      } else {
        rest.append(hint)
      }
    }
    return first + ofPanel + rest
  }

  /// Says what runs and where the cursor is, at the right; returns where that begins.
  private func drawStatus(_ scene: Scene, on canvas: inout Canvas, in area: Rect) -> Int {
    let (text, role): (String, Role) =
      switch scene.producer {
      case .training(isPaused: true): ("paused", .warning)
      case .training(isPaused: false): ("training", .good)
      case .ended: ("ended", .label)
      case .follow: (scene.snapshot.state == .closed ? "ended" : "following", .good)
      case .replay(isPlaying: true): ("playing", .good)
      case .replay(isPlaying: false): ("replay", .label)
      }
    let marker = scene.snapshot.isFollowing ? "" : " ◂"
    let right = text + (canvas.glyphs == .ascii && !marker.isEmpty ? " <" : marker)
    var style = Style(role, bold: true)
    style.background = .statusBar
    let width = right.columns + 1
    canvas.write(
      right, style, in: Rect(x: area.right - width, y: area.y, width: width - 1, height: 1))
    let room = area.width - width
    let parts = statusParts(scene)
    // The step comes before the name where there is no room for both.
    let choices = [parts.name + parts.step, parts.short + parts.step, parts.step, []]
    let part = scene.other == nil ? area.width / 3 : area.width / 2
    let chosen =
      choices.map { ($0 + [""]).joined(separator: "  ") }
      .first { $0.columns <= min(room, area.y == 0 ? room : part) } ?? ""
    let start = area.right - width - chosen.columns
    canvas.write(
      chosen, Style(.statusBar),
      in: Rect(x: start, y: area.y, width: chosen.columns, height: 1))
    return max(area.x, start - 1)
  }

  private func statusParts(
    _ scene: Scene
  ) -> (name: [String], short: [String], step: [String]) {
    var name = [scene.snapshot.run?.name ?? "waiting for a run"]
    var short: [String] = []
    if let other = scene.other {
      let names = name + [other.run?.name ?? "B"]
      name = [names.joined(separator: " | ")]
      short = [names.map { $0.fittedAtBothEnds(to: 8) }.joined(separator: " | ")]
    }
    var step: [String] = []
    if let extent = scene.snapshot.extent {
      let planned = Int(clamping: scene.snapshot.run?.plannedSteps ?? 0)
      step.append("step \(scene.snapshot.cursor)/\(max(extent.upperBound, planned - 1))")
    }
    if let speed = scene.speed { step.append("\(Figure.number(speed))/s") }
    return (name, short.isEmpty ? name : short, step)
  }
}

// MARK: - Help

extension Dashboard {
  private func drawHelp(_ scene: Scene, on canvas: inout Canvas) {
    var lines = helpLines(scene)
    if lines.count > 2 * (canvas.size.height - 2) { lines.removeAll { $0.help.isEmpty } }
    let columns = canvas.size.height >= lines.count + 4 ? 1 : 2
    let height = (lines.count + columns - 1) / columns
    let width = min(canvas.size.width - 2, columns * 52)
    let box = Rect(
      x: (canvas.size.width - width) / 2, y: max(0, (canvas.size.height - height - 2) / 2),
      width: width, height: min(canvas.size.height, height + 2))
    canvas.fill(box, Style(.text))
    let inside = canvas.drawFrame(box, title: "Keys and mouse", note: "any key closes")
    for (index, line) in lines.enumerated() {
      let column = Rect(
        x: inside.x + 1 + index / height * (inside.width / columns), y: inside.y + index % height,
        width: inside.width / columns - 1, height: 1
      ).intersection(inside)
      canvas.write(
        line.label, Style(line.role ?? .keyHint),
        in: Rect(x: column.x, y: column.y, width: min(9, column.width), height: column.height))
      canvas.write(
        line.help, Style(line.role ?? .text),
        in: Rect(x: column.x + 10, y: column.y, width: column.width - 10, height: column.height))
    }
  }

  /// Keys, then the mouse; what does nothing here is dim.
  private func helpLines(_ scene: Scene) -> [(label: String, help: String, role: Role?)] {
    let own = type(of: panel)
    let keys = keymap.bindings.filter { !$0.label.isEmpty }.map { binding in
      let isDead =
        binding.action.obstacle(scene) != nil
        || binding.action.isOfPanels && !own.actions.contains(binding.action)
      return (binding.label, binding.help, isDead ? Role.dim : nil)
    }
    let mouse = Gesture.all.map { gesture in
      (gesture.label, gesture.help, gesture.isZoom && !own.takesDrags ? Role.dim : nil)
    }
    return keys + [("Mouse", "", Role.title)] + mouse
  }
}
