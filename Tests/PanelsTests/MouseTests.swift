import Diagnosis
import Panels
import Screen
import Testing
import TraceSession

@Suite struct MouseTests {
  private let size = Size(width: 120, height: 40)

  private func lines(_ dashboard: Dashboard, _ scene: Scene) -> [String] {
    dashboard.frame(scene, size).lines()
  }

  /// The column at which `text` begins in `line`.
  private func column(of text: String, in line: String) throws -> Int {
    let range = try #require(line.firstRange(of: text))
    return line.distance(from: line.startIndex, to: range.lowerBound)
  }

  private func drag(
    _ dashboard: inout Dashboard, _ scene: Scene, from origin: Point, to point: Point
  ) {
    for input in [Input.drag(origin, to: point), .drop(origin, to: point)] {
      #expect(dashboard.handle(input, scene, size: size) == [])
    }
  }

  @Test(arguments: [("layers", "backward"), ("ops", "mean")])
  func sortsByTheHeaderThatIsClicked(panel: String, title: String) throws {
    let scene = try Sample.residual.scene()
    var dashboard = try Dashboard.showing(panel)
    let header = lines(dashboard, scene)[2]
    let place = Point(x: try column(of: title, in: header), y: 2)
    for mark in ["▼", "▲", "▼"] {
      _ = dashboard.handle(.click(place), scene, size: size)
      let title = title.prefix(3)
      let header = lines(dashboard, scene)[2]
      #expect(header.contains(mark) && header.contains(title), "\(header)")
    }
  }

  @Test func zoomsIntoTheTimeThatIsDraggedOver() throws {
    let scene = try Sample.residual.scene()
    var dashboard = try Dashboard.showing("timeline")
    let all = lines(dashboard, scene)
    drag(&dashboard, scene, from: Point(x: 50, y: 4), to: Point(x: 70, y: 5))
    let near = lines(dashboard, scene)
    #expect(near[2] != all[2])
    #expect(near[2].contains("╷") && !near[2].contains("╷0 ns"))
    _ = dashboard.handle(.key(.escape), scene, size: size)
    #expect(lines(dashboard, scene)[2] == all[2])
  }

  @Test func zoomsIntoTheStepsThatAreDraggedOver() throws {
    let scene = try Sample.residual.scene(step: 150)
    var dashboard = try Dashboard.showing("gradients")
    let all = lines(dashboard, scene)
    let first = try column(of: "▼", in: all[2])
    drag(&dashboard, scene, from: Point(x: first - 2, y: 5), to: Point(x: first + 2, y: 6))
    let steps = try #require(lines(dashboard, scene)[2].firstMatch(of: /steps (\d+)–(\d+)/))
    let (low, high) = (try #require(Int(steps.1)), try #require(Int(steps.2)))
    #expect((130..<150).contains(low) && (150..<170).contains(high))
    _ = dashboard.handle(.key(.character("Z")), scene, size: size)
    #expect(lines(dashboard, scene) == all)
  }

  @Test func aDragThatGoesNowhereChangesNothing() throws {
    let scene = try Sample.residual.scene()
    for panel in Dashboard.panelNames {
      var dashboard = try Dashboard.showing(panel)
      let all = lines(dashboard, scene)
      drag(&dashboard, scene, from: Point(x: 60, y: 0), to: Point(x: 80, y: 9))
      drag(&dashboard, scene, from: Point(x: 60, y: 5), to: Point(x: 60, y: 5))
      #expect(lines(dashboard, scene) == all, "\(panel)")
    }
  }

  @Test func aFindingOfTheOverviewLeadsToItsLayerAndStep() throws {
    let scene = try Sample.vanishing.scene()
    var dashboard = Dashboard()
    let all = lines(dashboard, scene)
    let first = try #require(all.firstIndex { $0.contains("findings") }) + 1
    let words = all[first].split(separator: " ").map(String.init)
    let finding = try #require(scene.findings.first { words.contains($0.rule.rawValue) })
    let layer = try #require(finding.layer)
    #expect(words.contains(layer) && words.contains("\(finding.firstStep)"))
    // Its frame belongs to none.
    #expect(dashboard.handle(.click(Point(x: 5, y: first - 1)), scene, size: size) == [])
    #expect(lines(dashboard, scene) == all)
    let effects = dashboard.handle(.click(Point(x: 30, y: first)), scene, size: size)
    #expect(effects == [.seek(Int(finding.firstStep))])
    let page = lines(dashboard, scene)
    #expect(page[1].contains(layer))
    #expect(page.last?.contains("\(layer): \(finding.rule.rawValue) since step") == true)
  }

  @Test func aRowBelowTheLastFindingLeadsNowhere() throws {
    var scene = try Sample.vanishing.scene()
    scene.findings = []
    var dashboard = Dashboard()
    let all = lines(dashboard, scene)
    for y in 30..<39 {
      _ = dashboard.handle(.click(Point(x: 30, y: y)), scene, size: size)
      #expect(lines(dashboard, scene) == all)
    }
  }

  @Test func helpTellsOfTheMouse() throws {
    let scene = try Sample.tiny.scene()
    for size in [Size(width: 80, height: 24), Size(width: 120, height: 50)] {
      var dashboard = Dashboard()
      _ = dashboard.handle(.key(.character("?")), scene, size: size)
      let text = dashboard.frame(scene, size).lines().joined(separator: "\n")
      for words in [
        "wheel", "header    sort by it; again: reverse", "drag      zoom in on that stretch",
      ] {
        #expect(text.contains(words), "\(words)")
      }
    }
  }
}
