extension Key {
  private static let names: [(name: String, key: Key)] =
    [
      ("Space", .character(" ")), ("Enter", .enter), ("Tab", .tab), ("Shift-Tab", .backTab),
      ("Esc", .escape), ("Backspace", .backspace), ("Delete", .delete), ("Home", .home),
      ("End", .end), ("PageUp", .pageUp), ("PageDown", .pageDown), ("Up", .up), ("Down", .down),
      ("Left", .left), ("Right", .right),
    ] + (1...12).map { ("F\($0)", .function($0)) }

  /// The key of that name: a character, or as it stands on the keyboard, as `Space` or `F5`; nil: there
  /// is none.
  public init?(named name: String) {
    if let known = Self.names.first(where: { $0.name.lowercased() == name.lowercased() }) {
      self = known.key
    } else if name.count == 1, let character = name.first, character.columns > 0 {
      self = .character(character)
    } else {
      return nil
    }
  }

  /// As people call it.
  public var name: String {
    if let known = Self.names.first(where: { $0.key == self }) { return known.name }
    if case .character(let character) = self { return String(character) }
    return ""
  }

  /// Names of keys that are no characters.
  public static var specialNames: [String] { names.map(\.name) }
}
