import Foundation
import Testing

/// Themes from files, as the program finds them.
@Suite struct ThemeFileTests {
  let gradtop: Gradtop
  private let trace = Gradtop.sample("vanishing.mcap")

  init() throws { gradtop = try Gradtop() }

  private func write(_ text: String, to name: String) throws {
    let file = gradtop.folder.file(name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try text.write(to: file, atomically: true, encoding: .utf8)
  }

  private func ansi(_ theme: String) throws -> Outcome {
    try gradtop.run("frame", trace, "--size", "80x24", "--format", "ansi", "--theme", theme)
  }

  @Test func listsAll() throws {
    try write("text = #123456 on #000000", to: "gradtop/themes/mine.theme")
    let outcome = try gradtop.run("themes")
    #expect(outcome.status == 0)
    #expect(outcome.errors == "")
    let names = outcome.lines.map { String($0.prefix { $0 != " " }) }
    #expect(
      names == [
        "dark", "light", "high-contrast", "color-blind-safe", "solarized", "gruvbox", "nord",
        "dracula", "monochrome", "mine",
      ])
  }

  @Test func findsThemByNameAndByPath() throws {
    try write("text = #123456 on #654321", to: "gradtop/themes/mine.theme")
    try write("text = #abcdef", to: "here.theme")
    #expect(try ansi("mine").output.contains("38;2;18;52;86;48;2;101;67;33m"))
    #expect(try ansi("here.theme").output.contains("38;2;171;205;239m"))
    #expect(try ansi("./here.theme").output == (try ansi("here.theme").output))
  }

  /// One's own comes before one that ships.
  @Test func prefersOnesOwn() throws {
    try write("text = #123456", to: "gradtop/themes/nord.theme")
    #expect(try ansi("nord").output.contains("38;2;18;52;86m"))
  }

  @Test func aFaultyOneIsAnErrorAndTheDefaultIsUsed() throws {
    try write("text = #ffffff\nborder = rouge\n", to: "bad.theme")
    let outcome = try ansi("bad.theme")
    #expect(outcome.status == 0)
    #expect(
      outcome.errors == """
        gradtop: bad.theme:2: border: "rouge" is no color; expected #rrggbb, 0 to 255, or a name \
        as red; dark is used

        """)
    #expect(outcome.output == (try ansi("dark").output))
    let folder = gradtop.folder.url.path
    try write("text = #ffffff\nbordr = red\n", to: "gradtop/themes/worse.theme")
    let named = try ansi("worse")
    #expect(named.status == 0)
    #expect(
      named.errors.hasPrefix(
        "gradtop: \(folder)/gradtop/themes/worse.theme:2: bordr: unknown role; valid are: text,"))
    #expect(named.output == (try ansi("dark").output))
  }

  @Test func anUnknownOneIsAMistake() throws {
    let outcome = try ansi("drak")
    #expect(outcome.status == 64)
    #expect(outcome.errors == "gradtop: --theme: unknown theme \"drak\"; did you mean dark?\n")
    #expect(try ansi("no/such.theme").status == 66)
  }
}
