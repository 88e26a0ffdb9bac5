import Diagnosis
import Panels
import Screen
import Testing
import TraceFormat
import TraceSamples
import TraceSession

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

  /// The header of the table at the smallest size after `s` was pressed so often.
  private func headers(_ count: Int) throws -> [String] {
    let (scene, size) = (try Sample.residual.scene(), Size(width: 80, height: 24))
    var dashboard = try Dashboard.showing("layers")
    return (0..<count).map { _ in
      _ = dashboard.handle(.key(.character("s")), scene, size: size)
      return dashboard.frame(scene, size).lines()[2]
    }
  }

  @Test func sortsByColumnsThatAreShownAlone() throws {
    let marks = try headers(14).map { header in
      header.split(separator: " ").first { $0.contains("▲") }.map(String.init) ?? ""
    }
    let round = ["│layer▲", "forward▲", "backwar▲", "b/f▲", "saved▲", "nor▲", ""]
    #expect(marks == round + round)
  }

  @Test func growsNamesWithTheTerminal() throws {
    let scene = try Sample.residual.scene()
    let widths = [80, 120, 160].map { width in
      let dashboard = try? Dashboard.showing("layers")
      let lines = dashboard?.frame(scene, Size(width: width, height: 24)).lines() ?? []
      return lines.dropFirst(4).first?.split(separator: " ").first.map(String.init) ?? ""
    }
    #expect(
      widths == ["│deep/0/b…ernorm.0", "│…/0/block/layernorm.0", "│deep/0/block/layernorm.0"])
  }

  @Test func saysInWhoseKernelALayerRuns() throws {
    var graph = TinyNetwork.graph()
    graph.nodes[2].fusedWith = [0, 1]
    var step = TinyNetwork.step(0)
    (step.ops.node, step.ops.phase) = ([0, 1, 0], [0, 0, 2])
    (step.ops.gap, step.ops.duration) = ([1, 1, 1], [100, 10, 200])
    let scene = Sample.scene([.graph(graph), .step(step, in: ChunkLocation(offset: 0, length: 1))])
    for size in [Size(width: 80, height: 24), size] {
      var dashboard = try Dashboard.showing("layers")
      let row = dashboard.frame(scene, size).lines().first { $0.contains("block/relu.1") }
      #expect(row?.contains(" in fc1 ") == true)
      for key in [Key.down, .enter] { _ = dashboard.handle(.key(key), scene, size: size) }
      let page = dashboard.frame(scene, size).lines()
      #expect(page.contains { $0.contains("runs      in block/fc1: one kernel does both") })
    }
  }
}
