import Panels
import Screen
import Testing
import TraceFormat
import TraceSamples
import TraceSession

@Suite struct GradientsPanelTests {
  private let size = Size(width: 100, height: 24)

  /// Whether a shade is at a place on the scale, but for rounding.
  private func isAt(_ fraction: Double, _ shade: Shade?) -> Bool {
    shade.map { abs($0.fraction - fraction) < 0.01 } ?? false
  }

  /// A thousand steps in which ∂L/∂relu is 1, but for one spike and one dip.
  private func scene() -> Scene {
    let source = StepsSource(
      (0..<1000).map { index in
        var step = TinyNetwork.step(UInt64(index))
        step.activations.node = [1, 2]
        step.activations.gradRMS = [index == 400 ? 1000 : index == 700 ? 0.001 : 1, 1]
        return step
      })
    let session = Session(source: source)
    while session.poll() {}
    return Scene(session.snapshot())
  }

  @Test func keepsASpikeAndADip() throws {
    let canvas = try Dashboard.showing("gradients").frame(scene(), size)
    let row = try #require(canvas.lines().firstIndex { $0.contains("block/fc1") })
    let styles = (0..<size.width).map { canvas[$0, row].style }
    #expect(styles.contains { isAt(1, $0.ink) && isAt(0.5, $0.ground) })
    #expect(styles.contains { isAt(0.5, $0.ink) && isAt(0, $0.ground) })
    #expect(styles.count { isAt(0.5, $0.ink) && isAt(0.5, $0.ground) } > 30)
  }

  @Test func keepsThemWhenZoomed() throws {
    var scene = scene()
    scene.snapshot.cursor = 400
    var dashboard = try Dashboard.showing("gradients")
    for _ in 0..<3 { _ = dashboard.handle(.key(.character("z")), scene, size: size) }
    let canvas = dashboard.frame(scene, size)
    let row = try #require(canvas.lines().firstIndex { $0.contains("block/fc1") })
    let styles = (0..<size.width).map { canvas[$0, row].style }
    #expect(styles.contains { isAt(1, $0.ink) })
    // The dip is not in sight: the scale begins at 1.
    #expect(canvas.lines().contains { $0.contains("1.0e0 ▁▂▃▄▅▆▇█ 1.0e3") })
    #expect(canvas.lines().contains { $0.contains("steps 338–462") })
    _ = dashboard.handle(.key(.character("Z")), scene, size: size)
    #expect(dashboard.frame(scene, size).lines().contains { $0.contains("steps 275–524") })
  }

  /// Else each step would change the color of all others.
  @Test func colorsAreThoseOfAllStepsWhereverTheCursorIs() throws {
    let scales = try [0, 400, 700].map { cursor in
      var scene = scene()
      scene.snapshot.cursor = cursor
      scene.snapshot.activationStep = TinyNetwork.step(UInt64(cursor))
      scene.snapshot.activationStep?.activations.node = [1, 2]
      scene.snapshot.activationStep?.activations.gradRMS = [Float(cursor) * 1e5 + 1, 1]
      return try Dashboard.showing("gradients").frame(scene, size).lines()
        .first { $0.contains("▁▂▃▄▅▆▇█") }?.suffix(24)
    }
    #expect(scales[0] != nil && Set(scales).count == 1, "\(scales)")
  }

  @Test func goesToTheStepThatIsClicked() throws {
    var dashboard = try Dashboard.showing("gradients")
    let scene = scene()
    let line = dashboard.frame(scene, size).lines()[3]
    let first = try #require(line.firstIndex { "▁▂▃▄▅▆▇█".contains($0) })
    let column = line.distance(from: line.startIndex, to: first)
    let effects = dashboard.handle(.click(Point(x: column, y: 3)), scene, size: size)
    #expect(effects == [.seek(11)])
  }

  @Test func marksTheCursorBesideTheWords() throws {
    for cursor in [0, 60, 500, 999] {
      var scene = scene()
      scene.snapshot.cursor = cursor
      let header = try Dashboard.showing("gradients").frame(scene, size).lines()[2]
      #expect(header.contains("▼") && header.contains("steps 0–999"), "\(header)")
    }
  }

  @Test func fitsWhatALayerDoesToTheGradient() throws {
    let lines = try Dashboard.showing("gradients").frame(try Sample.vanishing.scene(), size).lines()
    #expect(lines[2].contains("×0.36/layer"))
  }

  @Test func drawsTimeSteps() throws {
    let source = StepsSource(
      (0..<3).map { index in
        var step = TinyNetwork.step(UInt64(index))
        step.activations.node = [1, 2] + Array(repeating: 1, count: 20)
        step.activations.timeStep = [-1, -1] + (0..<20).map { Int32($0) }
        step.activations.gradRMS = [1, 1] + (0..<20).map { 1 / Float(1 << (20 - $0)) }
        return step
      })
    let session = Session(source: source)
    while session.poll() {}
    let scene = Scene(session.snapshot())
    let dashboard = try Dashboard.showing("gradients")
    try expectSnapshot(dashboard.frame(scene, size), named: "gradients/over-time")
    var page = try Dashboard.showing("layers")
    _ = page.handle(.key(.enter), scene, size: size)
    try expectSnapshot(page.frame(scene, size), named: "layers/page-over-time")
  }
}

/// A closed trace of steps of `TinyNetwork`.
final class StepsSource: TraceSource {
  private let steps: [Step]
  private(set) var bytesRead: UInt64 = 0

  init(_ steps: [Step]) { self.steps = steps }

  var state: TraceState { .closed }

  private var items: [TraceItem] {
    let location = ChunkLocation(offset: 0, length: 1)
    return [.run(TinyNetwork.run()), .graph(TinyNetwork.graph())]
      + steps.map { .step($0, in: location) }
  }

  func poll(limit: Int) -> [TraceItem] {
    defer { bytesRead = 1 }
    return bytesRead == 0 ? items : []
  }

  func items(in location: ChunkLocation) throws(TraceReadError) -> [TraceItem] { items }
}
