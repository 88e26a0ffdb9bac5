import Panels
import Screen
import Testing

@Suite struct TimelinePanelTests {
  private let size = Size(width: 120, height: 40)

  private func title(_ dashboard: Dashboard, _ scene: Scene) -> String {
    dashboard.frame(scene, size).lines().first {
      $0.contains("took ") == false && $0.contains(" op ")
    }
      ?? ""
  }

  @Test func movesFromOpToOp() throws {
    let scene = try Sample.residual.scene()
    var dashboard = try Dashboard.showing("timeline")
    #expect(title(dashboard, scene).contains("op 1/"))
    _ = dashboard.handle(.key(.right), scene, size: size)
    #expect(title(dashboard, scene).contains("op 2/"))
    for key in [Key.left, .left] { _ = dashboard.handle(.key(key), scene, size: size) }
    #expect(title(dashboard, scene).contains("op 1/"))
  }

  @Test func zooms() throws {
    let scene = try Sample.residual.scene()
    var dashboard = try Dashboard.showing("timeline")
    let all = dashboard.frame(scene, size)
    for _ in 0..<3 { _ = dashboard.handle(.key(.character("z")), scene, size: size) }
    #expect(dashboard.frame(scene, size) != all)
    try expectSnapshot(dashboard.frame(scene, size), named: "timeline/zoomed")
    _ = dashboard.handle(.key(.escape), scene, size: size)
    #expect(dashboard.frame(scene, size) == all)
  }

  @Test func takesTheOpThatIsClicked() throws {
    let scene = try Sample.residual.scene()
    var dashboard = try Dashboard.showing("timeline")
    let lines = dashboard.frame(scene, size).lines()
    let row = try #require(lines.firstIndex { $0.contains("│ backward") })
    _ = dashboard.handle(.click(Point(x: 60, y: row)), scene, size: size)
    #expect(title(dashboard, scene).contains("backward of "))
  }
}
