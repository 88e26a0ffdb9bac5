import Foundation
import Testing

/// `config.json`, as the dashboard takes it.
@Suite struct SettingsTests {
  let gradtop: Gradtop
  private let trace = Gradtop.sample("vanishing.mcap")

  init() throws {
    gradtop = try Gradtop()
    try FileManager.default.createDirectory(
      at: gradtop.folder.file("gradtop"), withIntermediateDirectories: true)
  }

  private func write(_ text: String) throws {
    try text.write(
      to: gradtop.folder.file("gradtop/config.json"), atomically: true, encoding: .utf8)
  }

  @Test func choosesPanelsKeysAndTheme() throws {
    try write(
      """
      {"theme": "nord", "refresh": 10, "panels": ["ops", "overview"],
       "keys": {"quit": ["x", "F2"], "sort_reverse": "q"}}
      """)
    let emulator = try Emulator()
    let stage = try Stage(["replay", trace], emulator, gradtop: gradtop)
    #expect(stage.shows { $0[0].hasPrefix(" 1 Ops  2 Overview ") })
    // Nord's page.
    #expect(stage.shows { _ in emulator.cell(50, 20).background == 0x2E3440 })
    // The help knows of it.
    try emulator.type("?")
    #expect(stage.shows(text: "x F2"))
    try emulator.type("?")
    try emulator.type("x")
    #expect(stage.end() == 0)
  }

  @Test func theCommandLineComesFirst() throws {
    try write(#"{"theme": "nord"}"#)
    let emulator = try Emulator()
    let stage = try Stage(["replay", trace, "--theme", "gruvbox"], emulator, gradtop: gradtop)
    #expect(stage.shows { _ in emulator.cell(50, 20).background == 0x282828 })
  }

  @Test(arguments: [
    ("{\"them\": \"nord\"}", "them: unknown key \"them\"; did you mean \"theme\"?"),
    ("{\"theme\": \"nrod\"}", "theme: unknown theme \"nrod\"; did you mean nord?"),
    ("{\"refresh\": 0}", "refresh: expected an integer from 1 to 30, found 0"),
    ("{\"panels\": []}", "panels: expected at least one panel; valid are: overview, "),
    ("{\"panels\": [\"opps\"]}", "panels[0]: unknown panel \"opps\"; did you mean \"ops\"?"),
    ("{\"panels\": [\"ops\", \"ops\"]}", "panels[1]: \"ops\" stands twice"),
    ("{\"keys\": {\"quitt\": \"x\"}}", "keys.quitt: unknown key \"quitt\"; did you mean \"quit\"?"),
    (
      "{\"keys\": {\"quit\": \"Ctrl-X\"}}",
      "keys.quit: unknown key \"Ctrl-X\"; expected a character,"
    ),
    ("{\"keys\": {\"quit\": 1}}", "keys.quit: expected the name of a key"),
    (
      "{\"keys\": {\"quit\": \"x\", \"help\": [\"y\", \"x\"]}}",
      "keys.quit: \"x\" means help already"
    ),
    ("{", ""),
  ])
  func tellsOfMistakes(text: String, message: String) throws {
    try write(text)
    let emulator = try Emulator(columns: 250, rows: 24)
    let stage = try Stage(["replay", trace], emulator, gradtop: gradtop)
    #expect(stage.end() == 65)
    let place = "gradtop: \(gradtop.folder.url.path)/gradtop/config.json: "
    #expect(emulator.lines[0].hasPrefix(place + message), "\(emulator.lines[0])")
  }

  /// Without a dashboard the file does not matter.
  @Test func isNotReadWithoutADashboard() throws {
    try write("{")
    #expect(try gradtop.run("replay", trace).status == 0)
    #expect(try gradtop.run("frame", trace).status == 0)
  }
}
