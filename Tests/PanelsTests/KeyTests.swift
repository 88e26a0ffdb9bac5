import Panels
import Screen
import Testing
import TraceSession

@Suite struct KeyTests {
  private let size = Size(width: 160, height: 30)

  /// Presses keys and moves the session's cursor as they ask for.
  private func press(_ keys: Key..., on dashboard: inout Dashboard, _ session: Session) {
    for key in keys {
      for effect in dashboard.handle(.key(key), Scene(session.snapshot()), size: size) {
        switch effect {
        case .seek(let step): session.seek(to: step)
        case .follow: session.follow()
        default: break
        }
      }
    }
  }

  /// The title of the panel that is shown, in small letters.
  private func panel(_ dashboard: Dashboard, _ session: Session) -> String {
    let canvas = dashboard.frame(Scene(session.snapshot()), size)
    let cells = (0..<size.width).map { canvas[$0, 0] }.filter(\.style.isReversed)
    let words = String(cells.compactMap(\.character)).split(separator: " ")
    return (words.last ?? "").lowercased()
  }

  /// First words of the rows of the table.
  private func names(_ dashboard: Dashboard, _ session: Session) -> [String] {
    let lines = dashboard.frame(Scene(session.snapshot()), size).lines()
    return lines.dropFirst(3).compactMap { line in
      guard line.hasPrefix("│"), !line.hasPrefix("│ ") else { return nil }
      return line.dropFirst().split(separator: " ").first.map(String.init)
    }
  }

  @Test func changesPanels() throws {
    let session = try Sample.tiny.session()
    var dashboard = Dashboard()
    let names = Dashboard.panelNames
    #expect(panel(dashboard, session) == names[0])
    for name in names.dropFirst() + names.prefix(1) {
      press(.tab, on: &dashboard, session)
      #expect(panel(dashboard, session) == name)
    }
    press(.backTab, on: &dashboard, session)
    #expect(panel(dashboard, session) == names.last)
    for (index, name) in names.enumerated() {
      press(.character(Character("\((index + 1) % 10)")), on: &dashboard, session)
      #expect(panel(dashboard, session) == name)
    }
  }

  @Test func selectsPanelsByName() {
    var dashboard = Dashboard()
    let results = ["Ops", "bogus"].map { dashboard.select(panel: $0) }
    #expect(results == [true, false])
  }

  @Test func changesPanelsByClick() throws {
    let session = try Sample.tiny.session()
    var dashboard = Dashboard()
    let scene = Scene(session.snapshot())
    let effects = dashboard.handle(.click(Point(x: 13, y: 0)), scene, size: size)
    #expect(effects == [])
    #expect(panel(dashboard, session) == "layers")
  }

  @Test func movesTheCursor() throws {
    let session = try Sample.tiny.session()
    var dashboard = Dashboard()
    #expect(session.cursor == 2)
    press(.character(","), on: &dashboard, session)
    #expect(session.cursor == 1)
    #expect(!session.isFollowing)
    press(.character("."), on: &dashboard, session)
    #expect(session.cursor == 2)
    press(.character(","), .character(","), .character(","), on: &dashboard, session)
    #expect(session.cursor == 0)
    press(.end, on: &dashboard, session)
    #expect(session.cursor == 2)
    #expect(session.isFollowing)
    press(.home, on: &dashboard, session)
    #expect(session.cursor == 0)
    press(.character("G"), .character("g"), on: &dashboard, session)
    #expect(session.cursor == 0)
  }

  @Test func movesTheCursorByTen() throws {
    let session = try Sample.residual.session()
    var dashboard = Dashboard()
    press(.home, .character(">"), on: &dashboard, session)
    #expect(session.cursor == 10)
    press(.character("<"), .character("<"), on: &dashboard, session)
    #expect(session.cursor == 0)
  }

  @Test func hasNowhereToGoInAnEmptyTrace() throws {
    let session = try Sample.empty.session()
    var dashboard = Dashboard()
    let scene = Scene(session.snapshot())
    for key in [Key.character("."), .character(","), .home, .down, .pageDown, .character("s")] {
      let effects = dashboard.handle(.key(key), scene, size: size)
      #expect(effects == [])
    }
  }

  @Test func stepsAPausedTraining() throws {
    let session = try Sample.tiny.session()
    var dashboard = Dashboard()
    let scene = Scene(session.snapshot(), producer: .training(isPaused: true))
    let effects = dashboard.handle(.key(.character(".")), scene, size: size)
    #expect(effects == [.follow, .singleStep])
  }

  @Test func asksForWhatIsOutside() throws {
    let scene = Scene(try Sample.tiny.session().snapshot())
    let wanted: [(Character, Effect)] = [
      ("q", .quit), (" ", .togglePause), ("[", .slower), ("]", .faster), ("t", .nextTheme),
    ]
    for (key, effect) in wanted {
      var dashboard = Dashboard()
      let effects = dashboard.handle(.key(.character(key)), scene, size: size)
      #expect(effects == [effect])
    }
    var dashboard = Dashboard()
    let effects = [Input.signal(15), .resize].map { dashboard.handle($0, scene, size: size) }
    #expect(effects == [[.quit], []])
  }

  @Test func closesHelpWithAnyKey() throws {
    let session = try Sample.tiny.session()
    var dashboard = Dashboard()
    let before = dashboard.frame(Scene(session.snapshot()), size)
    press(.character("?"), on: &dashboard, session)
    let help = dashboard.frame(Scene(session.snapshot()), size)
    #expect(help.lines().contains { $0.contains(" Keys ") })
    // The key closes the page and does nothing else.
    press(.character("2"), on: &dashboard, session)
    #expect(dashboard.frame(Scene(session.snapshot()), size) == before)
  }

  @Test func sortsLayers() throws {
    let session = try Sample.tiny.session()
    var dashboard = Dashboard()
    press(.character("2"), on: &dashboard, session)
    let (fc1, relu, loss) = ("block/fc1", "block/relu.1", "loss")
    #expect(names(dashboard, session) == [fc1, relu, loss])
    press(.character("S"), on: &dashboard, session)
    #expect(names(dashboard, session) == [loss, relu, fc1])
    // By path, then by kind.
    press(.character("S"), .character("s"), on: &dashboard, session)
    #expect(names(dashboard, session) == [fc1, relu, loss])
    press(.right, on: &dashboard, session)
    #expect(names(dashboard, session) == [fc1, loss, relu])
    press(.character("S"), on: &dashboard, session)
    #expect(names(dashboard, session) == [relu, loss, fc1])
    // Back to the graph's order, the other way round.
    press(.left, .left, on: &dashboard, session)
    #expect(names(dashboard, session) == [loss, relu, fc1])
  }

  @Test func sortsLayersByTime() throws {
    let session = try Sample.tiny.session()
    var dashboard = Dashboard()
    let key = Key.character("s")
    press(.character("2"), key, key, key, key, .character("S"), on: &dashboard, session)
    #expect(names(dashboard, session) == ["block/fc1", "block/relu.1", "loss"])
    let header = dashboard.frame(Scene(session.snapshot()), size).lines()[2]
    #expect(header.contains("forward▼"))
  }

  @Test func filtersLayers() throws {
    let session = try Sample.tiny.session()
    var dashboard = Dashboard()
    press(.character("2"), .character("/"), on: &dashboard, session)
    press(.character("f"), .character("C"), .enter, on: &dashboard, session)
    #expect(names(dashboard, session) == ["block/fc1"])
    press(.escape, on: &dashboard, session)
    #expect(names(dashboard, session).count == 3)
  }
}
