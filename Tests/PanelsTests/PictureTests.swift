import Panels
import Screen
import Testing
import TraceSession

@Suite struct PictureTests {
  /// What is drawn of each sample: the smallest usual size of all, larger ones of what fills them.
  private static let pictures: [(Sample, Int, Int)] = [
    (.empty, 80, 24), (.tiny, 80, 24), (.residual, 80, 24), (.residual, 200, 60),
    (.vanishing, 120, 40),
  ]

  @Test(arguments: Dashboard.panelNames)
  func drawsEverySample(panel: String) throws {
    let dashboard = try Dashboard.showing(panel)
    for (sample, width, height) in Self.pictures {
      try expectSnapshot(
        dashboard.frame(try sample.scene(), Size(width: width, height: height)),
        named: "\(panel)/\(sample.rawValue)-\(width)x\(height)")
    }
  }

  @Test func saysHowMuchRoomItNeeds() throws {
    let scene = try Sample.tiny.scene()
    let text = [(0, 0), (1, 1), (20, 5), (79, 24), (80, 23)].map { width, height in
      let size = Size(width: width, height: height)
      return Dashboard().frame(scene, size).lines()
    }
    #expect(
      text[..<3] == [
        [], ["…"],
        [
          "gradtop needs 80×24 ", "   here are 20×5    ", "       step 2       ",
          "     loss 2.50      ", "                    ",
        ],
      ])
    #expect(text[3...].allSatisfy { $0.joined().contains("gradtop needs 80×24") })
  }

  /// Between the smallest size and a usual one nothing traps.
  @Test(arguments: Dashboard.panelNames)
  func survivesAnySize(panel: String) throws {
    let scene = try Sample.tiny.scene()
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
    let dashboard = try Dashboard.showing(panel)
    try expectSnapshot(
      dashboard.frame(try Sample.residual.scene(step: 3), Size(width: 80, height: 24)),
      named: "\(panel)/residual-step-3")
  }

  @Test(arguments: Dashboard.panelNames)
  func drawsWithoutUnicode(panel: String) throws {
    let dashboard = try Dashboard.showing(panel)
    let canvas = dashboard.frame(
      try Sample.vanishing.scene(), Size(width: 80, height: 24), glyphs: .ascii)
    try expectSnapshot(canvas, named: "\(panel)/ascii")
  }

  @Test func showsHelp() throws {
    let scene = try Sample.tiny.scene()
    for size in [Size(width: 80, height: 24), Size(width: 120, height: 40)] {
      var dashboard = Dashboard()
      let effects = dashboard.handle(.key(.character("?")), scene, size: size)
      #expect(effects == [])
      try expectSnapshot(
        dashboard.frame(scene, size), named: "help-\(size.width)x\(size.height)")
    }
  }
}
