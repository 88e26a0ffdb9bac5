import Panels
import Screen
import Testing
import TraceSession

@Suite struct PictureTests {
  private static let sizes = [(0, 0), (1, 1), (20, 5), (80, 24), (200, 60)]
    .map { Size(width: $0.0, height: $0.1) }

  @Test(arguments: Sample.allCases, Dashboard.panelNames)
  func drawsAtEverySize(sample: Sample, panel: String) throws {
    let scene = Scene(try sample.session().snapshot())
    let dashboard = try Dashboard.showing(panel)
    for size in Self.sizes {
      try expectSnapshot(
        dashboard.frame(scene, size),
        named: "\(sample.rawValue)-\(panel)-\(size.width)x\(size.height)")
    }
  }

  /// Between the smallest size and a usual one nothing traps.
  @Test(arguments: Dashboard.panelNames)
  func survivesAnySize(panel: String) throws {
    let scene = Scene(try Sample.tiny.session().snapshot())
    let dashboard = try Dashboard.showing(panel)
    for width in stride(from: 38, to: 90, by: 3) {
      for height in stride(from: 8, to: 27, by: 2) {
        let size = Size(width: width, height: height)
        #expect(dashboard.frame(scene, size).lines().count == height)
        var help = dashboard
        _ = help.handle(.key(.character("?")), scene, size: size)
        #expect(help.frame(scene, size).lines().count == height)
      }
    }
  }

  @Test(arguments: Dashboard.panelNames)
  func drawsAnEarlierStep(panel: String) throws {
    let session = try Sample.residual.session()
    session.seek(to: 3)
    let dashboard = try Dashboard.showing(panel)
    try expectSnapshot(
      dashboard.frame(Scene(session.snapshot()), Size(width: 80, height: 24)),
      named: "residual-\(panel)-step-3")
  }

  @Test(arguments: Dashboard.panelNames)
  func drawsWithoutUnicode(panel: String) throws {
    let dashboard = try Dashboard.showing(panel)
    let scene = Scene(try Sample.tiny.session().snapshot())
    try expectSnapshot(
      dashboard.frame(scene, Size(width: 80, height: 24), glyphs: .ascii),
      named: "tiny-\(panel)-ascii")
  }

  @Test func showsHelp() throws {
    let scene = Scene(try Sample.tiny.session().snapshot())
    for size in [Size(width: 80, height: 24), Size(width: 120, height: 40)] {
      var dashboard = Dashboard()
      let effects = dashboard.handle(.key(.character("?")), scene, size: size)
      #expect(effects == [])
      try expectSnapshot(
        dashboard.frame(scene, size), named: "help-\(size.width)x\(size.height)")
    }
  }
}
