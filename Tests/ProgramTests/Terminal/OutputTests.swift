import Foundation
import Testing

/// How much the dashboard sends.
@Suite struct TerminalOutputTests {
  let gradtop: Gradtop
  private let trace = Gradtop.sample("vanishing.mcap")

  init() throws { gradtop = try Gradtop() }

  @Test func sendsNothingWhileNothingChanges() throws {
    let emulator = try Emulator()
    let stage = try Stage(["replay", trace], emulator, gradtop: gradtop)
    let wanted = try gradtop.frame(trace, "--size", "100x30")
    try #require(stage.shows { $0 == wanted })
    #expect(emulator.staysSilent())
    // A key that means nothing changes nothing.
    try emulator.type("\u{1B}OQ")
    #expect(emulator.staysSilent())
  }

  /// Whoever follows a run that stands still need not look whether it does.
  @Test func sleepsWhileNothingComes() throws {
    let emulator = try Emulator()
    let stage = try Stage(["replay", "--follow", trace], emulator, gradtop: gradtop)
    #expect(stage.shows(text: "step 299/299"))
    _ = emulator.staysSilent()
    let process = try #require(stage.identifier)
    func wakings() throws -> Substring? {
      let status = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
      return status.split(separator: "\n").first { $0.hasPrefix("voluntary_ctxt_switches") }
    }
    let before = try #require(try wakings())
    Thread.sleep(forTimeInterval: 2)
    #expect(try wakings() == before)
  }

  /// At most 3 KiB for the middle one of frames that follow each other.
  @Test(arguments: ["1", "2", "4"]) func sendsChangesAlone(panel: String) throws {
    let emulator = try Emulator(columns: 120, rows: 40)
    let stage = try Stage(["replay", trace, "--step", "100"], emulator, gradtop: gradtop)
    try emulator.type(panel)
    #expect(stage.shows(text: "step 100/299"))
    _ = emulator.staysSilent()
    var sizes: [Int] = []
    for step in 101...120 {
      let before = emulator.bytes.count
      try emulator.type(".")
      #expect(stage.shows(text: "step \(step)/299"))
      _ = emulator.staysSilent()
      sizes.append(emulator.bytes.count - before)
    }
    let median = sizes.sorted()[sizes.count / 2]
    #expect(median <= 3 * 1024, "\(sizes)")
  }
}
