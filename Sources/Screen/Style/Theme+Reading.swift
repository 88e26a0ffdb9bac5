extension Theme {
  /// Reads a theme: a line for each role, `role = color [on color] [bold] [underline] [reverse]`, and
  /// for each ramp, `ramp = color to color [to color ...]`; what follows `#` and a space, or stands
  /// in a line that starts with `#`, is a comment.
  public init(name: String, text: String) throws(ThemeError) {
    var (paints, ramps): ([Role: Paint], [Ramp: [Color]]) = ([:], [:])
    var withoutBackground: Set<Role> = []
    let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
    for (index, line) in lines.enumerated() {
      let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
      guard let first = words.first, !first.hasPrefix("#") else { continue }
      let content = Array(words.prefix { $0 != "#" })
      var line = ThemeLine(number: index + 1, role: first, words: content.dropFirst(2))
      guard content.count >= 3, content[1] == "=" else {
        throw line.mistake("expected `role = color`")
      }
      if let ramp = Ramp(rawValue: first) {
        guard ramps[ramp] == nil else { throw line.mistake("stands twice") }
        ramps[ramp] = try line.ramp()
      } else if let role = Role(rawValue: first) {
        guard paints[role] == nil else { throw line.mistake("stands twice") }
        if !content.contains("on") { withoutBackground.insert(role) }
        paints[role] = try line.paint()
      } else {
        let valid = (Role.allCases.map(\.rawValue) + Ramp.allCases.map(\.rawValue))
          .joined(separator: ", ")
        throw line.mistake("unknown role; valid are: \(valid)")
      }
    }
    if let background = paints[.text]?.background {
      for role in withoutBackground { paints[role]?.background = background }
    }
    self.init(name: name, paints: paints, ramps: ramps)
  }
}

/// A line of a theme, read word by word.
private struct ThemeLine {
  let number: Int
  let role: String
  var words: ArraySlice<String>

  func mistake(_ reason: String) -> ThemeError {
    ThemeError(line: number, role: role, reason: reason)
  }

  private mutating func color(after word: String? = nil) throws(ThemeError) -> Color {
    guard let text = words.popFirst() else {
      throw mistake("a color is expected after \(word ?? "=")")
    }
    guard let color = Color(text) else {
      throw mistake("\"\(text)\" is no color; expected #rrggbb, 0 to 255, or a name as red")
    }
    return color
  }

  mutating func paint() throws(ThemeError) -> Paint {
    var paint = Paint(foreground: try color())
    while let word = words.popFirst() {
      switch word {
      case "bold": paint.isBold = true
      case "underline": paint.isUnderlined = true
      case "reverse": paint.isReversed = true
      case "on": paint.background = try color(after: "on")
      default:
        throw mistake("\"\(word)\" is unknown; valid are: on, bold, underline, reverse")
      }
    }
    return paint
  }

  /// 256 colors from the first to the last, mixed where equal steps look equal.
  mutating func ramp() throws(ThemeError) -> [Color] {
    var stops = [try stop(after: "=")]
    while let word = words.popFirst() {
      guard word == "to" else {
        throw mistake("\"\(word)\" is unknown; between the colors of a ramp stands to")
      }
      stops.append(try stop(after: "to"))
    }
    guard stops.count >= 2 else { throw mistake("a ramp has at least two colors: color to color") }
    return (0...255).map { level in
      let place = Double(level) / 255 * Double(stops.count - 1)
      let index = min(stops.count - 2, Int(place))
      let (red, green, blue) = stops[index].mixed(with: stops[index + 1], place - Double(index)).rgb
      return .rgb(red, green, blue)
    }
  }

  private mutating func stop(after word: String) throws(ThemeError) -> Oklab {
    guard let (red, green, blue) = try color(after: word).components else {
      throw mistake("default is no color that can be mixed; expected #rrggbb")
    }
    return Oklab(red, green, blue)
  }
}
