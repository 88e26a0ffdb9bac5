/// A color as a theme names it.
public enum Color: Hashable, Sendable {
  /// Red, green and blue, 0...255.
  case rgb(UInt8, UInt8, UInt8)
  /// One of the terminal's 256.
  case indexed(UInt8)
  /// The terminal's own.
  case standard
}

/// What a theme says of one role.
public struct Paint: Hashable, Sendable {
  /// The character's color.
  public var foreground: Color
  /// What lies behind it.
  public var background: Color = .standard
  /// Heavier.
  public var isBold = false
  /// Underlined.
  public var isUnderlined = false
  /// With both colors swapped.
  public var isReversed = false
}

/// A mistake in a theme.
public struct ThemeError: Error, Equatable {
  /// From 1.
  public var line: Int
  /// What the line is about; empty where that cannot be told.
  public var role: String
  /// What is wrong.
  public var reason: String
}

/// Which color each role has.
///
/// A role that a theme does not name looks like `text`.
public struct Theme: Equatable, Sendable {
  /// As it is called.
  public var name: String
  private var paints: [Role: Paint] = [:]

  /// How `role` is painted.
  public subscript(role: Role) -> Paint {
    paints[role] ?? paints[.text] ?? Paint(foreground: .standard)
  }

  /// Reads a theme: a line for each role, `role = color [on color] [bold] [underline] [reverse]`;
  /// what follows `#` and a space, or stands in a line that starts with `#`, is a comment.
  public init(name: String, text: String) throws(ThemeError) {
    self.name = name
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
      guard let first = words.first, !first.hasPrefix("#") else { continue }
      let content = Array(words.prefix { $0 != "#" })
      guard content.count >= 3, content[1] == "=" else {
        throw ThemeError(line: index + 1, role: first, reason: "expected `role = color`")
      }
      guard let role = Role(rawValue: first) else {
        let valid = Role.allCases.map(\.rawValue).joined(separator: ", ")
        throw ThemeError(
          line: index + 1, role: first, reason: "unknown role; valid are: \(valid)")
      }
      guard paints[role] == nil else {
        throw ThemeError(line: index + 1, role: first, reason: "stands twice")
      }
      paints[role] = try Self.paint(content.dropFirst(2), line: index + 1, role: first)
    }
  }

  private static func paint(
    _ words: ArraySlice<String>, line: Int, role: String
  ) throws(ThemeError) -> Paint {
    func color(_ word: String) throws(ThemeError) -> Color {
      guard let color = Color(word) else {
        throw ThemeError(
          line: line, role: role,
          reason: "\"\(word)\" is no color; expected #rrggbb, 0 to 255, or a name as red")
      }
      return color
    }
    var words = words
    var paint = Paint(foreground: try color(words.removeFirst()))
    while let word = words.popFirst() {
      switch word {
      case "bold": paint.isBold = true
      case "underline": paint.isUnderlined = true
      case "reverse": paint.isReversed = true
      case "on":
        guard let behind = words.popFirst() else {
          throw ThemeError(line: line, role: role, reason: "a color is expected after on")
        }
        paint.background = try color(behind)
      default:
        throw ThemeError(
          line: line, role: role,
          reason: "\"\(word)\" is unknown; valid are: on, bold, underline, reverse")
      }
    }
    return paint
  }
}

extension Color {
  private static let names = [
    "black", "red", "green", "yellow", "blue", "magenta", "cyan", "white", "bright-black",
    "bright-red", "bright-green", "bright-yellow", "bright-blue", "bright-magenta", "bright-cyan",
    "bright-white",
  ]

  /// `#rrggbb`, an index, a name, or `default`.
  init?(_ word: String) {
    if word == "default" {
      self = .standard
    } else if let index = Self.names.firstIndex(of: word) {
      self = .indexed(UInt8(index))
    } else if word.hasPrefix("#"), word.utf8.count == 7,
      let bits = UInt32(word.dropFirst(), radix: 16)
    {
      self = .rgb(
        UInt8(bits >> 16 & 0xFF), UInt8(bits >> 8 & 0xFF), UInt8(bits & 0xFF))
    } else if let index = UInt8(word) {
      self = .indexed(index)
    } else {
      return nil
    }
  }
}
