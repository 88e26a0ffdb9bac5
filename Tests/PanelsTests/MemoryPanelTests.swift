import Screen
import Testing
import TraceFormat
import TraceSamples
import TraceSession

@testable import Panels

@Suite struct MemoryPanelTests {
  private let size = Size(width: 100, height: 30)

  @Test func findsThePeakAndItsParts() throws {
    let curve = MemoryCurve(TinyNetwork.step(0))
    #expect(curve.totals == [1088, 1792])
    #expect(curve.peak == 1)
    #expect(curve.categories.map(\.name) == ["parameter", "gradient", "activation"])
    #expect(MemoryCurve(nil).peak == nil)
  }

  @Test func namesThePeakAndWhoHoldsIt() throws {
    let scene = try Sample.residual.scene()
    let lines = try Dashboard.showing("memory").frame(scene, size).lines()
    #expect(lines[1].contains("peak ") && lines[1].contains(" of "))
    #expect(lines.contains { $0.contains("kept for backward during ") })
  }

  @Test func holdsATensorUntilItsLastReader() throws {
    var graph = TinyNetwork.graph()
    graph.tensors[0].neededBy = [0]
    graph.tensors[1].neededBy = [2]
    graph.tensors[2].neededBy = [2]
    var snapshot = Snapshot(graph: GraphIndex(graph))
    snapshot.step = TinyNetwork.step(0)
    // relu's output and mask share a storage; its backward is row 3, that of fc1.product row 4.
    #expect(snapshot.heldTensors(at: 2).map(\.bytes) == [1000, 64])
    #expect(snapshot.heldTensors(at: 3).map(\.until) == ["fc1.product", "relu"])
    #expect(snapshot.heldTensors(at: 4).map(\.bytes) == [1000])
  }

  @Test func movesThroughTheStep() throws {
    let scene = try Sample.residual.scene()
    var dashboard = try Dashboard.showing("memory")
    let peak = dashboard.frame(scene, size)
    #expect(peak.lines().contains { $0.contains("at the peak") })
    _ = dashboard.handle(.key(.left), scene, size: size)
    #expect(dashboard.frame(scene, size).lines().contains { $0.contains("at the cursor") })
    _ = dashboard.handle(.key(.escape), scene, size: size)
    #expect(dashboard.frame(scene, size) == peak)
    _ = dashboard.handle(.click(Point(x: 11, y: 5)), scene, size: size)
    #expect(dashboard.frame(scene, size).lines().contains { $0.contains("op 1/") })
  }
}
