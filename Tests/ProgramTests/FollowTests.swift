import Foundation
import Glibc
import Testing

@Suite struct FollowTests {
  /// The last step that the title of the dashboard has shown.
  private func step(on terminal: PseudoTerminal) -> Int? {
    terminal.text.matches(of: /step\s+(\d+)\/\d+/).last.flatMap { Int($0.1) }
  }

  @Test func followsARunThatIsUnderWay() throws {
    let gradtop = try Gradtop()
    let run = try gradtop.start(
      ["run", "--headless", "--steps", "20000", "--trace", "t.bin"], streams: "run")
    defer {
      kill(run.processIdentifier, SIGKILL)
      run.waitUntilExit()
    }
    try #require(
      eventually { (try? gradtop.run("info", "t.bin"))?.keys.contains("last_step") == true })

    let terminal = try PseudoTerminal(columns: 100, rows: 30)
    let replay = gradtop.process([
      "--ctty", "--wait", Gradtop.executable.path, "replay", "--follow", "t.bin",
    ])
    replay.executableURL = URL(filePath: "/usr/bin/setsid")
    replay.environment = ProcessInfo.processInfo.environment
      .merging(["TERM": "xterm-256color"]) { $1 }
    replay.standardInput = terminal.device
    replay.standardOutput = terminal.device
    replay.standardError = terminal.device
    try replay.run()
    let shows = eventually { step(on: terminal) != nil }
    let first = step(on: terminal) ?? 0
    var columns: UInt16 = 100
    let grows = eventually {
      columns = 201 - columns
      terminal.resize(columns: columns, rows: 30)
      return step(on: terminal) ?? 0 > first
    }
    try terminal.type("q")
    let ends = eventually {
      _ = terminal.text
      return !replay.isRunning
    }
    if !ends { replay.terminate() }
    replay.waitUntilExit()
    #expect(shows)
    #expect(grows)
    #expect(ends)
    #expect(replay.terminationStatus == 0)
    #expect(run.isRunning)
  }
}
