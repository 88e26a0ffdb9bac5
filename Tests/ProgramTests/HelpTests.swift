import Testing

@Suite struct HelpTests {
  let gradtop: Gradtop

  init() throws { gradtop = try Gradtop() }

  static let commands = [
    "run", "replay", "tail", "export", "import", "info", "check", "plan", "frame", "themes",
    "completion",
  ]

  @Test func version() throws {
    let outcome = try gradtop.run("--version")
    #expect(outcome.status == 0)
    #expect(outcome.output.wholeMatch(of: /gradtop \d+\.\d+\.\d+\n/) != nil)
  }

  @Test func overviewNamesEachCommand() throws {
    let outcome = try gradtop.run("help")
    #expect(outcome.status == 0)
    #expect(outcome.errors == "")
    for command in Self.commands {
      #expect(outcome.lines.contains { $0.hasPrefix("  \(command) ") })
    }
  }

  @Test(arguments: commands) func page(of command: String) throws {
    let page = try gradtop.run(command, "-h")
    #expect(page.status == 0)
    #expect(page.errors == "")
    #expect(page.output.hasPrefix("gradtop \(command) "))
    #expect(page.lines.last?.hasPrefix("example: ") == true)
    #expect(page.lines.last?.contains("gradtop \(command)") == true)
    // A screen's rows and columns, less the prompt's.
    #expect(page.output.split(separator: "\n", omittingEmptySubsequences: false).count <= 24)
    #expect(page.lines.allSatisfy { $0.count <= 80 })
    #expect(try gradtop.run("help", command).output == page.output)
  }

  @Test func frameHasItsSize() throws {
    let outcome = try gradtop.run(
      "frame", Gradtop.sample("vanishing.mcap"), "--size", "80x24")
    #expect(outcome.status == 0)
    #expect(outcome.errors == "")
    let rows = outcome.output.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(rows.count == 25)
    #expect(rows.last == "")
    #expect(rows.dropLast().allSatisfy { $0.count == 80 })
  }
}
