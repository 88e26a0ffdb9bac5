extension Character {
  /// Columns it takes on a terminal: 2 for East Asian wide characters and emoji, 0 for marks that
  /// stand alone and for control characters, else 1.
  ///
  /// Ranges from Unicode Standard Annex 11, "East Asian Width", and the emoji blocks.
  public var columns: Int {
    guard let scalar = unicodeScalars.first else { return 0 }
    if scalar.properties.generalCategory == .control { return 0 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: break
    }
    // A variation selector turns a text symbol into an emoji.
    if unicodeScalars.contains("\u{FE0F}") { return 2 }
    return Self.wide.contains { $0.contains(scalar.value) } ? 2 : 1
  }

  private static let wide: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x231A...0x231B, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF,
    0x4E00...0x9FFF, 0xA000...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF,
    0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF,
    0x1F900...0x1F9FF, 0x20000...0x3FFFD,
  ]
}

extension StringProtocol {
  /// Columns that the text takes on a terminal.
  public var columns: Int { reduce(0) { $0 + $1.columns } }

  /// The beginning that fits in `width` columns, with an ellipsis where something is cut.
  public func fitted(to width: Int, ellipsis: Character = "…") -> String {
    guard columns > width else { return String(self) }
    guard width > 0 else { return "" }
    var (result, used) = ("", 0)
    for character in self {
      guard used + character.columns <= width - 1 else { break }
      result.append(character)
      used += character.columns
    }
    return result + String(ellipsis)
  }
}
