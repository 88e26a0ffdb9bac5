import Diagnosis
import Panels
import Screen
import Testing

@Suite struct LayersPanelTests {
  private let size = Size(width: 160, height: 40)

  private func lines(_ keys: [Key], _ sample: Sample) throws -> [String] {
    let scene = try sample.scene()
    var dashboard = try Dashboard.showing("layers")
    for key in keys { _ = dashboard.handle(.key(key), scene, size: size) }
    return dashboard.frame(scene, size).lines()
  }

  @Test func foldsModules() throws {
    let folded = try lines([.character("o")], .residual)
    #expect(folded.contains { $0.contains("deep/ ") && $0.contains("32 layers") })
    #expect(!folded.contains { $0.contains("deep/0") })
    let again = try lines([.character("o"), .character("o")], .residual)
    #expect(try again == lines([], .residual))
  }

  @Test func foldsTheModuleOfARowAndUnfoldsIt() throws {
    let folded = try lines([.down, .character("f")], .residual)
    #expect(folded.contains { $0.contains("deep/0/block/ ") && $0.contains("4 layers") })
    #expect(folded.contains { $0.contains("deep/1/block/linear.1") })
    let more = try lines([.down, .character("f"), .character("f")], .residual)
    #expect(more.contains { $0.contains("deep/0/ ") })
    let unfolded = try lines([.down, .character("f"), .character("F")], .residual)
    #expect(try unfolded == lines([.down], .residual))
    let entered = try lines([.down, .character("f"), .enter], .residual)
    #expect(entered == unfolded)
  }

  @Test func opensThePageOfALayer() throws {
    for (sample, width, height) in [(Sample.residual, 80, 24), (.tiny, 120, 40)] {
      let scene = try sample.scene()
      let size = Size(width: width, height: height)
      var dashboard = try Dashboard.showing("layers")
      for key in [Key.down, .enter] { _ = dashboard.handle(.key(key), scene, size: size) }
      try expectSnapshot(
        dashboard.frame(scene, size), named: "layers/page-\(sample.rawValue)-\(width)x\(height)")
    }
    #expect(try lines([.enter, .escape], .tiny) == lines([], .tiny))
  }

  @Test func goesToAFinding() throws {
    let scene = try Sample.tiny.scene()
    var dashboard = Dashboard()
    #expect(scene.findings.first?.layer == "block/fc1")
    let effects = dashboard.handle(.key(.character("n")), scene, size: size)
    #expect(effects == [.seek(0)])
    let lines = dashboard.frame(scene, size).lines()
    #expect(lines.last?.contains("block/fc1: missing_gradient since step 0") == true)
  }
}
