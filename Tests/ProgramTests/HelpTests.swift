import Testing

@Suite struct HelpTests {
  let gradtop: Gradtop

  init() throws { gradtop = try Gradtop() }

  static let commands = ["run", "replay", "tail", "export", "info", "check", "plan", "frame"]

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
    #expect(page.lines.last?.hasPrefix("example: gradtop \(command) ") == true)
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
    #expect(rows.dropLast().allSatisfy { $0.count <= 80 })
    // The blanks at the end of the title and of the keys are not printed.
    #expect(rows.dropFirst().dropLast(2).allSatisfy { $0.count == 80 })
  }
}
