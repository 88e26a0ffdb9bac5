import Foundation
import Glibc
import Testing

/// The program in the emulator.
final class Stage {
  let gradtop: Gradtop
  let emulator: Emulator
  private let process: Process
  private let name: String

  /// Starts `arguments` with the emulator as its terminal, in an environment of its own.
  init(
    _ arguments: [String], _ emulator: Emulator, gradtop: Gradtop,
    environment: [String: String] = [:], shell: String? = nil
  ) throws {
    (self.gradtop, self.emulator) = (gradtop, emulator)
    name = UUID().uuidString
    // Its own number is the program's: `exec` keeps it.
    let command = shell ?? "echo $$ > '\(name)'; exec \"$@\""
    process = gradtop.process(
      ["--ctty", "--wait", "sh", "-c", command, "sh", Gradtop.executable.path] + arguments)
    process.executableURL = URL(filePath: "/usr/bin/setsid")
    let usual = ["TERM": "xterm-256color", "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8"]
    var all = ProcessInfo.processInfo.environment
    for name in ["NO_COLOR", "TMUX", "LANG", "LINES", "COLUMNS"] { all[name] = nil }
    all["XDG_CONFIG_HOME"] = gradtop.folder.url.path
    all["PATH"] = "\(Gradtop.executable.deletingLastPathComponent().path):\(all["PATH"] ?? "")"
    process.environment = all.merging(usual) { $1 }.merging(environment) { $1 }
    process.standardInput = emulator.device
    process.standardOutput = emulator.device
    process.standardError = emulator.device
    try process.run()
  }

  deinit {
    if process.isRunning {
      if let identifier { kill(identifier, SIGKILL) }
      // Shells ignore requests, and a stopped program does not hear them.
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
    }
  }

  /// The program's process.
  var identifier: pid_t? {
    pid_t(gradtop.folder.text(name).split(separator: "\n").first.map(String.init) ?? "")
  }

  func send(_ signal: Int32) throws { kill(try #require(identifier), signal) }

  /// Waits until the screen is as wanted.
  func shows(_ wanted: ([String]) -> Bool) -> Bool { eventually { wanted(emulator.lines) } }

  func shows(text: String) -> Bool { shows { $0.contains { $0.contains(text) } } }

  /// Waits for the end; the exit status, or nil where it does not come.
  func end() -> Int32? {
    let hasEnded = eventually {
      emulator.receive()
      return !process.isRunning
    }
    guard hasEnded else { return nil }
    emulator.receive()
    return process.terminationStatus
  }
}

extension Gradtop {
  /// The lines that `frame` prints.
  func frame(_ trace: String, _ options: String...) throws -> [String] {
    let name = UUID().uuidString
    let outcome = finish(try start(["frame", trace] + options, streams: name), streams: name)
    #expect(outcome.status == 0)
    return outcome.output.split(separator: "\n").map(String.init)
  }
}
