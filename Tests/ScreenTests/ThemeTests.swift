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
    ("heat = #000000", 1, "heat"),
    ("heat = #000000 to", 1, "heat"),
    ("heat = #000000 on #ffffff", 1, "heat"),
    ("heat = default to #ffffff", 1, "heat"),
    ("heat = 0 to 15\nheat = 0 to 15", 2, "heat"),
  ])
  func namesLineAndRoleOfAMistake(text: String, line: Int, role: String) {
    let error = #expect(throws: ThemeError.self) { try Theme(name: "faulty", text: text) }
    #expect(error?.line == line)
    #expect(error?.role == role)
    #expect(error?.reason.isEmpty == false)
  }

  @Test func givesTextsBackgroundToRolesWithoutOne() throws {
    let theme = try Theme(name: "mine", text: "error = red\ntext = 7 on 4\ngood = 2 on 1\ndim = 8")
    #expect(theme[.error].background == .indexed(4))
    #expect(theme[.dim].background == .indexed(4))
    #expect(theme[.curve].background == .indexed(4))
    #expect(theme[.good].background == .indexed(1))
  }

  @Test func mixesTheColorsOfARamp() throws {
    let theme = try Theme(name: "mine", text: "heat = #102030 to #ff0000 to #ffffff")
    #expect(theme[Shade(.heat, 0)] == .rgb(0x10, 0x20, 0x30))
    #expect(theme[Shade(.heat, 1)] == .rgb(255, 255, 255))
    #expect(theme[Shade(.heat, -3)] == theme[Shade(.heat, 0)])
    #expect(theme[Shade(.heat, .nan)] == theme[Shade(.heat, 0)])
    #expect(theme[Shade(.heat, .infinity)] == theme[Shade(.heat, 1)])
    let middle = theme[Shade(.heat, 0.5)].components
    #expect(middle.map { $0.red > 250 && $0.green < 10 && $0.blue < 10 } == true)
    // A ramp that a theme does not name is gray.
    #expect(theme[Shade(.balance, 1)] == .rgb(255, 255, 255))
  }

  /// The middle of black and white is the gray that looks so: 38.9 % of the light, Oklab's 0.5³.
  @Test func mixesAsTheEyeDoes() throws {
    let theme = try Theme(name: "mine", text: "heat = #000000 to #ffffff")
    let middle = theme[Shade(.heat, 0.5)].components
    #expect(middle.map { (98...101).contains($0.red) } == true)
  }

  @Test func paintsAStyle() throws {
    let theme = try Theme(
      name: "mine", text: "text = 7 on 4\nerror = 1 bold\nselection = 15 on 2\nheat = 0 to 15")
    var style = Style(.error)
    style.background = .selection
    let paint = theme.paint(style)
    #expect(paint.foreground == .indexed(1))
    #expect(paint.background == .indexed(2))
    #expect(paint.isBold)
    style.ground = Shade(.heat, 1)
    style.ink = Shade(.heat, 0)
    #expect(theme.paint(style).background == .rgb(255, 255, 255))
    #expect(theme.paint(style).foreground == .rgb(0, 0, 0))
  }
}
