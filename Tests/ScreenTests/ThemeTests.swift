import Screen
import Testing

@Suite struct ThemeTests {
  @Test func readsRoles() throws {
    let theme = try Theme(
      name: "mine",
      text: """
        # A comment.
        text = default

        error = #ff8000 on 17 bold underline # as a fire
        good = bright-green reverse
        """)
    #expect(theme[.error].foreground == .rgb(255, 128, 0))
    #expect(theme[.error].background == .indexed(17))
    #expect(theme[.error].isBold)
    #expect(theme[.error].isUnderlined)
    #expect(!theme[.error].isReversed)
    #expect(theme[.good].foreground == .indexed(10))
    #expect(theme[.good].isReversed)
    #expect(theme[.curve] == theme[.text])
  }

  @Test(arguments: [
    ("text = red\nborder red", 2, "border"),
    ("text = red\n\n# x\nborders = red", 4, "borders"),
    ("text = red\ntext = blue", 2, "text"),
    ("text = rouge", 1, "text"),
    ("text = 256", 1, "text"),
    ("text = #ff", 1, "text"),
    ("text = red on", 1, "text"),
    ("text = red on nothing", 1, "text"),
    ("text = red blinking", 1, "text"),
    ("text = # red", 1, "text"),
  ])
  func namesLineAndRoleOfAMistake(text: String, line: Int, role: String) {
    let error = #expect(throws: ThemeError.self) { try Theme(name: "faulty", text: text) }
    #expect(error?.line == line)
    #expect(error?.role == role)
    #expect(error?.reason.isEmpty == false)
  }

  @Test func shipsThemesForBothBackgrounds() {
    #expect(Theme.shipped.map(\.name) == ["dark", "light"])
  }
}
