import Foundation
import Glibc
import Testing

/// Walking the backward pass of a run on a terminal, op by op.
@Suite struct WalkTests {
  @Test func walksTheWorkedExample() throws {
    let gradtop = try Gradtop()
    let terminal = try PseudoTerminal(columns: 100, rows: 30)
    let run = try terminal.start(
      gradtop, ["run", "--paused", "--trace", "t.bin", Gradtop.sample("worked-example.json")])
    defer { if run.isRunning { kill(run.processIdentifier, SIGKILL) } }
    #expect(eventually { terminal.text.contains("paused") })
    for node in ["loss (Sum)", "L (Pow)", "y (Add)", "wx (Mul)"] {
      try terminal.type("w")
      #expect(eventually { terminal.hasPainted("backward of \(node)") }, "\(node)")
    }
    for number in ["‖14‖", "‖28‖", "‖42‖"] {
      #expect(eventually { terminal.hasPainted(number) }, "\(number)")
    }
    try terminal.type("Wq")
    #expect(
      eventually {
        _ = terminal.text
        return !run.isRunning
      })
    run.waitUntilExit()
    #expect(run.terminationStatus == 0)
  }
}

extension PseudoTerminal {
  /// Starts the program on this terminal.
  fileprivate func start(_ gradtop: Gradtop, _ arguments: [String]) throws -> Process {
    let process = gradtop.process(
      ["--ctty", "--wait", Gradtop.executable.path] + arguments)
    process.executableURL = URL(filePath: "/usr/bin/setsid")
    process.environment = ProcessInfo.processInfo.environment
      .merging(["TERM": "xterm-256color", "LC_ALL": "C.UTF-8"]) { $1 }
    process.standardInput = device
    process.standardOutput = device
    process.standardError = device
    try process.run()
    return process
  }

  /// Whether a whole frame shows `text`: another size has all of it painted anew.
  fileprivate func hasPainted(_ text: String) -> Bool {
    columns = 201 - columns
    resize(columns: columns, rows: 30)
    return self.text.contains(text)
  }
}
