import Diagnosis
import Panels
import Screen
import Testing
import TraceSession

@Suite struct FindingsPanelTests {
  private let size = Size(width: 120, height: 30)

  private func scene() throws -> Scene {
    var scene = try Sample.residual.scene()
    scene.findings = [
      Finding(
        rule: .missingGradient, severity: .error, layer: "deep/1/block/linear.1",
        parameter: "deep.1.block.linear.1.weight", firstStep: 7, lastStep: 299,
        message: "It gets no gradient and is never trained. Remove the detach."),
      Finding(
        rule: .nonFinite, severity: .warning, firstStep: 40, lastStep: 60, value: .nan, limit: 0,
        message: "The loss is nan."),
    ]
    return scene
  }

  @Test func listsWhatIsWrong() throws {
    try expectSnapshot(
      Dashboard.showing("findings").frame(scene(), size), named: "findings/two-120x30")
    try expectSnapshot(
      Dashboard.showing("findings").frame(scene(), Size(width: 80, height: 24)),
      named: "findings/two-80x24")
  }

  @Test func goesToTheLayerAndTheStep() throws {
    let scene = try scene()
    var dashboard = try Dashboard.showing("findings")
    #expect(dashboard.handle(.key(.enter), scene, size: size) == [.seek(7)])
    let lines = dashboard.frame(scene, size).lines()
    #expect(lines[1].contains("deep/1/block/linear.1"))
    #expect(lines.contains { $0.contains("It gets no gradient") })
  }

  @Test func goesToTheRunWhereThereIsNoLayer() throws {
    let scene = try scene()
    var dashboard = try Dashboard.showing("findings")
    _ = dashboard.handle(.key(.down), scene, size: size)
    #expect(dashboard.handle(.key(.enter), scene, size: size) == [.seek(40)])
    #expect(dashboard.frame(scene, size).lines()[2].contains("loss (log)"))
  }

  @Test func goesRoundAllOfThem() throws {
    let scene = try scene()
    var dashboard = Dashboard()
    let steps = ["n", "n", "n", "N"].flatMap {
      dashboard.handle(.key(.character(Character($0))), scene, size: size)
    }
    #expect(steps == [.seek(7), .seek(40), .seek(7), .seek(40)])
    #expect(try Dashboard().handleOnce("n", Sample.empty.scene(), size) == [])
  }
}

extension Dashboard {
  /// What one key asks for.
  fileprivate func handleOnce(_ key: Character, _ scene: Scene, _ size: Size) -> [Effect] {
    var dashboard = self
    return dashboard.handle(.key(.character(key)), scene, size: size)
  }
}
