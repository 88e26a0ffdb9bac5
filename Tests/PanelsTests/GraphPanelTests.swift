import Panels
import Screen
import Testing
import TraceFormat

@Suite struct GraphPanelTests {
  private let size = Size(width: 100, height: 30)
  private let paused = Scene.Producer.training(isPaused: true)

  private func lines(_ dashboard: Dashboard, _ scene: Scene) -> [String] {
    dashboard.frame(scene, size).lines()
  }

  /// The lines of the message box.
  private func message(_ dashboard: Dashboard, _ scene: Scene) -> [String] {
    Array(lines(dashboard, scene).drop { !$0.contains("backward of ") })
  }

  @Test func asksForTheNextOpOfATraining() throws {
    var dashboard = try Dashboard.showing("overview")
    var seen: [String] = []
    for count in 0..<4 {
      let details = Array(WorkedExample.details().prefix(count))
      let scene = WorkedExample.scene(details, producer: paused)
      #expect(dashboard.handle(.key(.character("w")), scene, size: size) == [.walk])
      let now = WorkedExample.scene(
        Array(WorkedExample.details().prefix(count + 1)), producer: paused)
      seen.append(message(dashboard, now)[0])
    }
    for (line, node) in zip(seen, ["loss", "L", "y", "wx"]) {
      #expect(line.contains("backward of \(node) "))
    }
  }

  @Test func showsTheNumbersOfTheWorkedExample() throws {
    let scene = WorkedExample.scene(WorkedExample.details(), producer: paused)
    var dashboard = try Dashboard.showing("graph")
    let product = message(dashboard, scene).joined(separator: "\n")
    #expect(product.contains("∂wx") && product.contains("∂a = ∂y · b, ∂b = ∂y · a"))
    #expect(product.contains("‖28‖") && product.contains("‖42‖"))
    _ = dashboard.handle(.key(.down), scene, size: size)
    let sum = message(dashboard, scene).joined(separator: "\n")
    #expect(sum.contains("backward of y (Add)") && sum.contains("‖14‖"))
    try expectSnapshot(dashboard.frame(scene, size), named: "graph/worked-example-100x30")
    try expectSnapshot(
      dashboard.frame(scene, Size(width: 80, height: 24)), named: "graph/worked-example-80x24")
  }

  @Test func walksARecordedStep() throws {
    let scene = WorkedExample.scene(
      WorkedExample.details(), producer: .replay(isPlaying: false))
    var dashboard = try Dashboard.showing("graph")
    var seen: [String] = []
    for _ in 0..<5 {
      #expect(dashboard.handle(.key(.character("w")), scene, size: size) == [])
      seen.append(message(dashboard, scene)[0])
    }
    for (line, node) in zip(seen, ["loss", "L", "y", "wx", "loss"]) {
      #expect(line.contains("backward of \(node) "), "\(line)")
    }
  }

  @Test func saysThatAWalkBeginsAgain() throws {
    let scene = WorkedExample.scene(
      WorkedExample.details(), producer: .replay(isPlaying: false))
    var dashboard = try Dashboard.showing("graph")
    var told: [String] = []
    for _ in 0..<6 {
      _ = dashboard.handle(.key(.character("w")), scene, size: size)
      told.append(lines(dashboard, scene).last ?? "")
    }
    let isTold = told.map { $0.contains("that was the last op of backward: again from op 1 of 4") }
    #expect(isTold == [false, false, false, false, true, false])
    #expect(message(dashboard, scene)[0].contains("op 2/4 of backward"))
  }

  @Test func showsWhatWasPassedOnAtItsNodes() throws {
    let scene = WorkedExample.scene(WorkedExample.details(), producer: paused)
    let rows = try lines(Dashboard.showing("graph"), scene)
    for (node, norm) in [("x", "42"), ("w", "28"), ("b", "14"), ("wx", "14"), ("L", "1")] {
      let row = rows.first { $0.contains(" \(node) ") && $0.contains("[]") }
      #expect(row?.split(separator: " ").contains(Substring(norm)) == true, "\(node)")
    }
  }

  @Test func showsAllOperandsWhereThereIsLittleRoom() throws {
    var details = Array(WorkedExample.details().prefix(3))
    let dashboard = try Dashboard.showing("graph")
    func box() -> [String] {
      let scene = WorkedExample.scene(details, producer: paused)
      let lines = dashboard.frame(scene, Size(width: 80, height: 24)).lines()
      return lines[16..<22].map { line in
        line.split(separator: " ").filter { $0 != "│" }.joined(separator: " ")
      }
    }
    let rest = [
      "arrives ∂y ‖14‖ 14", "rule y = a + b ∂a = ∂y, ∂b = ∂y", "passes on ∂wx ‖14‖ 14",
      "passes on ∂b ‖14‖ 14",
    ]
    #expect(box() == rest + ["took wx ‖6‖ 6", "took b ‖1‖ 1"])
    details[2].inputs += details[1].inputs
    details[2].output = details[2].outgoing[0]
    #expect(box() == rest + ["took wx ‖6‖, b ‖1‖", "took y ‖7‖, gave wx ‖14‖"])
  }

  @Test func saysThatMoreIsBelow() throws {
    var details = WorkedExample.details()
    details[2].outgoing += (0..<9).map { index in
      var tensor = details[2].outgoing[0]
      tensor.name = "t\(index)"
      return tensor
    }
    let scene = WorkedExample.scene(Array(details.prefix(3)), producer: paused)
    let box = try Dashboard.showing("graph").frame(scene, Size(width: 80, height: 24)).lines()
    #expect(box[21].contains("… 9 more: a higher terminal shows them"))
  }

  @Test func saysWhyThereIsNothingToWalk() throws {
    for (producer, words) in [
      (Scene.Producer.ended, "the training has ended; run with --detail 0, or a longer run"),
      (.replay(isPlaying: false), "no op of this step was recorded: run with --detail 0"),
    ] {
      let scene = WorkedExample.scene([], producer: producer)
      var dashboard = try Dashboard.showing("graph")
      #expect(lines(dashboard, scene).last?.contains("w walk") == false)
      #expect(dashboard.handle(.key(.character("w")), scene, size: size) == [])
      #expect(lines(dashboard, scene).last?.contains(words) == true)
    }
    let walked = WorkedExample.scene(WorkedExample.details(), producer: .ended)
    #expect(try lines(Dashboard.showing("graph"), walked).last?.contains("w walk") == true)
  }

  @Test func cannotWalkWhatAnotherProcessTrains() throws {
    let scene = WorkedExample.scene([], producer: .follow)
    for key in ["w", "W", " ", "[", "]"] as [Character] {
      var dashboard = try Dashboard.showing("graph")
      #expect(dashboard.handle(.key(.character(key)), scene, size: size) == [])
      let bottom = lines(dashboard, scene).last ?? ""
      #expect(bottom.contains("another process trains: it cannot be controlled from here"))
    }
  }

  @Test func finishesTheStep() throws {
    let scene = WorkedExample.scene([], producer: paused)
    var dashboard = try Dashboard.showing("graph")
    #expect(dashboard.handle(.key(.character("W")), scene, size: size) == [.walkOut])
  }

  @Test func foldsAndKeepsItsPlace() throws {
    let scene = try Sample.residual.scene()
    var dashboard = try Dashboard.showing("graph")
    let all = lines(dashboard, scene)
    #expect(all.contains { $0.contains("├─●") })
    for key in [Key.character("o")] { _ = dashboard.handle(.key(key), scene, size: size) }
    let folded = lines(dashboard, scene)
    #expect(folded.contains { $0.contains("deep/ ") })
    #expect(!folded.contains { $0.contains("├") && $0.contains("●") })
    _ = dashboard.handle(.key(.character("o")), scene, size: size)
    #expect(lines(dashboard, scene).contains { $0.contains("├─●") })
  }

  @Test func colorsByEachMeasure() throws {
    let scene = try Sample.residual.scene()
    var dashboard = try Dashboard.showing("graph")
    var titles: [String] = []
    for _ in 0..<5 {
      let title = lines(dashboard, scene)[1].split(separator: " ").prefix(5)
      titles.append(title.last.map(String.init) ?? "")
      _ = dashboard.handle(.key(.character("c")), scene, size: size)
    }
    #expect(titles == ["time", "memory", "gradient", "finding", "time"])
  }

  @Test func movesToTheLayerOfTheOtherPanel() throws {
    let scene = try Sample.residual.scene()
    var dashboard = try Dashboard.showing("layers")
    for _ in 0..<6 { _ = dashboard.handle(.key(.down), scene, size: size) }
    _ = dashboard.handle(.key(.character("3")), scene, size: size)
    #expect(message(dashboard, scene)[0].contains("backward of deep/1/block/linear.1"))
  }
}
