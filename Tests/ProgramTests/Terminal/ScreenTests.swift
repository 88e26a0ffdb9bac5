import Foundation
import Testing

/// What the dashboard shows in a terminal.
@Suite struct TerminalScreenTests {
  let gradtop: Gradtop
  private let trace = Gradtop.sample("vanishing.mcap")

  init() throws { gradtop = try Gradtop() }

  private func stage(
    _ emulator: Emulator, _ options: String..., environment: [String: String] = [:]
  ) throws -> Stage {
    try Stage(["replay", trace] + options, emulator, gradtop: gradtop, environment: environment)
  }

  /// The screen's cells are those of `frame`, on each panel and at several sizes.
  @Test(arguments: [(80, 24), (100, 30), (200, 60)])
  func equalsFrame(columns: Int, rows: Int) throws {
    let emulator = try Emulator(columns: columns, rows: rows)
    let stage = try stage(emulator)
    for (key, panel) in [("1", "overview"), ("2", "layers")] {
      try emulator.type(key)
      let wanted = try gradtop.frame(trace, "--size", "\(columns)x\(rows)", "--panel", panel)
      #expect(stage.shows { $0 == wanted }, "\(panel): \(emulator.lines) is not \(wanted)")
    }
    try emulator.type("q")
    #expect(stage.end() == 0)
  }

  /// What cannot place its cursor gets what a pipe would.
  @Test func drawsNothingOnADumbTerminal() throws {
    let emulator = try Emulator()
    let stage = try stage(emulator, environment: ["TERM": "dumb"])
    #expect(stage.shows(text: "producer: gradtop"))
    #expect(stage.end() == 0)
    #expect(!emulator.lines.contains { $0.contains("Overview") })
  }

  /// Colors, too: those of `frame --format ansi`, shown by another terminal.
  @Test(arguments: ["dark", "light", "dracula"])
  func hasTheColorsOfTheTheme(theme: String) throws {
    let emulator = try Emulator()
    let stage = try stage(emulator, "--theme", theme)
    let picture = try gradtop.frame(trace, "--size", "100x30", "--format", "ansi", "--theme", theme)
    let peer = try Emulator()
    peer.feed(Array(picture.joined(separator: "\r\n").utf8))
    let wanted = try gradtop.frame(trace, "--size", "100x30")
    try #require(stage.shows { $0 == wanted })
    for y in 0..<30 {
      for x in 0..<100 {
        let (cell, expected) = (emulator.cell(x, y).asSeen, peer.cell(x, y).asSeen)
        #expect(cell == expected, "column \(x), row \(y)")
        if cell != expected { return }
      }
    }
  }

  @Test(arguments: [
    (["COLORTERM": ""], 0x100_0010...0x100_00FF),
    (["COLORTERM": "", "TERM": "xterm"], 0x100_0000...0x100_0007),
    (["COLORTERM": "", "TERM": "xterm-mono"], -1 ... -1),
    (["NO_COLOR": "1"], -1 ... -1),
  ])
  func keepsToTheTerminalsColors(environment: [String: String], colors: ClosedRange<Int>) throws {
    let emulator = try Emulator()
    let stage = try stage(emulator, environment: environment)
    let wanted = try gradtop.frame(trace, "--size", "100x30")
    try #require(stage.shows { $0 == wanted })
    let found = Set((0..<30).flatMap { y in (0..<100).map { emulator.cell($0, y).foreground } })
    #expect(found.allSatisfy { $0 == -1 || colors.contains(Int($0)) }, "\(found)")
    #expect(colors.lowerBound < 0 || found.contains { $0 >= 0 })
    #expect((0..<100).contains { emulator.cell($0, 0).isReversed })
  }

  @Test func staysInASCII() throws {
    let emulator = try Emulator()
    let stage = try stage(emulator, environment: ["LC_ALL": "C"])
    #expect(stage.shows(text: "- loss (log)"))
    for key in "2s1?" {
      try emulator.type(String(key))
      _ = stage.shows { _ in emulator.bytes.count > 0 }
    }
    try emulator.type("qq")
    #expect(stage.end() == 0)
    #expect(emulator.bytes.allSatisfy { $0 < 0x80 })
  }

  @Test func followsTheSize() throws {
    let emulator = try Emulator()
    let stage = try stage(emulator)
    #expect(stage.shows(text: "overview".capitalized))
    for index in 0..<40 { emulator.resize(columns: 60 + 7 * (index % 19), rows: 8 + index) }
    emulator.resize(columns: 120, rows: 36)
    let wanted = try gradtop.frame(trace, "--size", "120x36")
    #expect(stage.shows { $0 == wanted })
    emulator.resize(columns: 79, rows: 23)
    #expect(stage.shows(text: "80×24"))
    emulator.resize(columns: 80, rows: 24)
    let smallest = try gradtop.frame(trace, "--size", "80x24")
    #expect(stage.shows { $0 == smallest })
  }

  /// Keys that come faster than frames: each goes on from where the one before has led.
  @Test func losesNoKey() throws {
    let emulator = try Emulator()
    let stage = try stage(emulator)
    try #require(stage.shows(text: "step 299/299"))
    try emulator.type(",,,,,<<,")
    #expect(stage.shows(text: "step 273/299"))
  }

  @Test func takesTheMouse() throws {
    let emulator = try Emulator()
    let stage = try stage(emulator)
    let overview = try gradtop.frame(trace, "--size", "100x30")
    try #require(stage.shows { $0 == overview })
    #expect(emulator.modes.mouse != 0)
    try emulator.point(.down, 14, 0)
    try emulator.point(.up, 14, 0)
    let layers = try gradtop.frame(trace, "--size", "100x30", "--panel", "layers")
    #expect(stage.shows { $0 == layers })
  }

  /// Names may hold anything: what a terminal would obey stays out, what is wide stays in place.
  @Test func showsNamesOfAllKinds() throws {
    let name = #"世界 \u001b[31m\u0007e\u0301 \u202e\u009b2J 한국 👩‍💻"#
    let model = #"""
      {"name": "\#(name)", "data": {"type": "spirals"},
       "model": [{"type": "Linear", "name": "\#(name)", "out_features": 3}],
       "loss": {"type": "CrossEntropyLoss"}, "optimizer": {"type": "SGD", "lr": 0.1},
       "training": {"steps": 3, "batch_size": 4}}
      """#
    try model.write(to: gradtop.folder.file("names.json"), atomically: true, encoding: .utf8)
    let run = try gradtop.run("run", "--headless", "--trace", "names.mcap", "names.json")
    try #require(run.status == 0, "\(run.errors)")
    let emulator = try Emulator()
    let stage = try Stage(["replay", "names.mcap"], emulator, gradtop: gradtop)
    try emulator.type("2")
    let wanted = try gradtop.frame("names.mcap", "--size", "100x30", "--panel", "layers")
    #expect(wanted.contains { $0.contains("한국") })
    #expect(stage.shows { $0 == wanted }, "\(emulator.lines) is not \(wanted)")
    #expect(!emulator.bytes.contains(7))
  }
}
