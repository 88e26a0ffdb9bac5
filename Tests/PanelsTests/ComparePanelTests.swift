import Panels
import Screen
import Testing

@Suite struct ComparePanelTests {
  @Test func showsTwoRunsSideBySide() throws {
    var scene = try Sample.residual.scene(step: 100)
    scene.other = try Sample.vanishing.scene(step: 100).snapshot
    let dashboard = try Dashboard.showing("compare")
    for (width, height) in [(80, 24), (120, 40)] {
      let frame = dashboard.frame(scene, Size(width: width, height: height))
      try expectSnapshot(frame, named: "compare/two-\(width)x\(height)")
    }
  }

  @Test func sortsByRatio() throws {
    var scene = try Sample.tiny.scene()
    scene.other = scene.snapshot
    let size = Size(width: 120, height: 40)
    var dashboard = try Dashboard.showing("compare")
    for _ in 0..<4 { _ = dashboard.handle(.key(.character("s")), scene, size: size) }
    let lines = dashboard.frame(scene, size).lines()
    #expect(lines.contains { $0.contains("B/A▲") })
    #expect(lines.contains { $0.contains("block/fc1") && $0.contains("×1.00") })
  }

  @Test func opensOnBothAndNamesThem() throws {
    var scene = try Sample.residual.scene(step: 100)
    scene.other = try Sample.vanishing.scene(step: 100).snapshot
    var dashboard = Dashboard()
    dashboard.compare()
    let frames = [(80, 24), (120, 40), (200, 60)].map { width, height in
      dashboard.frame(scene, Size(width: width, height: height)).lines()
    }
    #expect(frames.allSatisfy { $0[1].contains("loss of both") })
    #expect(frames[0].last?.contains("residual | vanishing  step 100/299") == true)
    #expect(frames[1].last?.contains("residual | vanishing  step 100/299") == true)
    #expect(frames[2].first?.contains("residual | vanishing  step 100/299") == true)
  }
}
