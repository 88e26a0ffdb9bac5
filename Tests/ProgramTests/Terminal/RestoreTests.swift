import Foundation
import Glibc
import Testing

/// The terminal is left as it was found, whatever happens.
@Suite struct TerminalRestoreTests {
  let gradtop: Gradtop
  private let trace = Gradtop.sample("vanishing.mcap")

  init() throws { gradtop = try Gradtop() }

  /// Starts the dashboard, and returns it with the line discipline as it was before.
  private func start() throws -> (Stage, [tcflag_t]) {
    let emulator = try Emulator()
    let before = emulator.settings
    let stage = try Stage(["replay", trace], emulator, gradtop: gradtop)
    let frame = try gradtop.frame(trace, "--size", "100x30")
    try #require(stage.shows { $0 == frame })
    #expect(emulator.modes.isAlternate)
    #expect(!emulator.modes.showsCursor)
    #expect(emulator.settings != before)
    return (stage, before)
  }

  @Test func whenLeft() throws {
    let (stage, before) = try start()
    try stage.emulator.type("q")
    #expect(stage.end() == 0)
    #expect(stage.emulator.modes == Emulator.Modes())
    #expect(stage.emulator.settings == before)
  }

  @Test(arguments: [
    SIGHUP, SIGINT, SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGUSR1, SIGSEGV, SIGUSR2,
    SIGALRM, SIGTERM, SIGSTKFLT, SIGXCPU, SIGXFSZ, SIGVTALRM, SIGPROF, SIGPOLL, SIGPWR, SIGSYS,
  ])
  func whenKilled(by signal: Int32) throws {
    let (stage, before) = try start()
    try stage.send(signal)
    let status = try #require(stage.end())
    if [SIGHUP, SIGINT, SIGTERM].contains(signal) { #expect(status == 128 + signal) }
    #expect(stage.emulator.modes == Emulator.Modes())
    #expect(stage.emulator.settings == before)
  }

  @Test func whenControlCIsTyped() throws {
    let (stage, before) = try start()
    try stage.emulator.type("\u{3}")
    #expect(stage.end() == 128 + SIGINT)
    #expect(stage.emulator.modes == Emulator.Modes())
    #expect(stage.emulator.settings == before)
  }

  /// Stopped and continued from a shell with job control, and killed in the background.
  @Test func whenStopped() throws {
    let emulator = try Emulator()
    let shell = "exec bash --norc --noprofile --noediting -i"
    let stage = try Stage(
      [], emulator, gradtop: gradtop, environment: ["PS1": "ready> ", "BASH_SILENCE": "1"],
      shell: shell)
    try #require(stage.shows(text: "ready>"))
    let before = emulator.settings
    try emulator.type("gradtop replay '\(trace)'\n")
    let frame = try gradtop.frame(trace, "--size", "100x30")
    #expect(stage.shows { $0 == frame })
    for command in ["fg\n", "kill -CONT %1; fg\n"] {
      try emulator.type("\u{1A}")
      try #require(stage.shows(text: "Stopped"))
      #expect(emulator.modes == Emulator.Modes())
      #expect(emulator.settings == before)
      try emulator.type(command)
      #expect(stage.shows { $0 == frame })
      #expect(emulator.modes.isAlternate)
      // It takes keys again.
      try emulator.type(",")
      #expect(stage.shows(text: "step 298/299"))
      try emulator.type(".")
      #expect(stage.shows(text: "step 299/299"))
      try emulator.type("\u{1B}OF")
      #expect(stage.shows { $0 == frame })
    }
    try emulator.type("\u{1A}")
    #expect(stage.shows { !$0[0].contains("Overview") })
    // In the background it stops again as soon as it wants the terminal; killed then, it ends.
    try emulator.type("clear; bg; sleep 1; kill %1; wait; echo all\\ done\n")
    #expect(stage.shows(text: "all done"))
    #expect(!emulator.modes.isAlternate)
    try emulator.type("exit\n")
    #expect(stage.end() != nil)
  }
}
