extension Unicode.Scalar {
  /// Columns it takes on a terminal: 2 for East Asian wide characters and emoji; 0 for marks that
  /// combine with the one before, for the later parts of a Korean syllable, and for what terminals
  /// would obey rather than show; else 1.
  ///
  /// Ranges from Unicode Standard Annex 11, "East Asian Width", and the emoji blocks.
  var columns: Int {
    if value < 0x7F { return value < 0x20 ? 0 : 1 }
    if value < 0x300 { return value < 0xA0 || value == 0xAD ? 0 : 1 }
    // Lines, blocks and braille: most of a frame.
    if (0x2500...0x259F).contains(value) || (0x2800...0x28FF).contains(value) { return 1 }
    switch properties.generalCategory {
    case .control, .nonspacingMark, .enclosingMark, .format, .lineSeparator, .paragraphSeparator:
      return 0
    default: break
    }
    if (0x1160...0x11FF).contains(value) || (0xD7B0...0xD7FB).contains(value) { return 0 }
    return Self.wide.contains { $0.contains(value) } ? 2 : 1
  }

  private static let wide: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x231A...0x231B, 0x23E9...0x23EC, 0x2614...0x2615, 0x2648...0x2653,
    0x26A1...0x26A1, 0x26BD...0x26BE, 0x2705...0x2705, 0x270A...0x270B, 0x2728...0x2728,
    0x274C...0x274C, 0x2753...0x2755, 0x2795...0x2797, 0x2B1B...0x2B1C, 0x2B50...0x2B50,
    0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
    0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
    0xFFE0...0xFFE6, 0x1F300...0x1F320, 0x1F32D...0x1F335, 0x1F337...0x1F37C, 0x1F37E...0x1F393,
    0x1F3A0...0x1F3CA, 0x1F3CF...0x1F3D3, 0x1F3E0...0x1F3F0, 0x1F3F4...0x1F3F4,
    0x1F3F8...0x1F43E, 0x1F440...0x1F440, 0x1F442...0x1F4FC, 0x1F4FF...0x1F53D,
    0x1F54B...0x1F54E, 0x1F550...0x1F567, 0x1F57A...0x1F57A, 0x1F595...0x1F596,
    0x1F5A4...0x1F5A4, 0x1F5FB...0x1F64F, 0x1F680...0x1F6C5, 0x1F6CC...0x1F6CC,
    0x1F6D0...0x1F6D2, 0x1F6EB...0x1F6EC, 0x1F6F4...0x1F6FC, 0x1F7E0...0x1F7EB,
    0x1F90C...0x1F93A, 0x1F93C...0x1F945, 0x1F947...0x1F9FF, 0x1FA70...0x1FAFF,
    0x20000...0x3FFFD,
  ]

  /// Whether it changes how the character before is shown, and by that how wide some terminals
  /// make it: variation selectors and joiners.
  var isJoiner: Bool { (0xFE00...0xFE0F).contains(value) || (0x200C...0x200D).contains(value) }
}

extension Character {
  /// Columns it takes on a terminal.
  ///
  /// A character of several parts that each take columns, as a flag or a family, takes those of all
  /// its parts: that is what terminals agree on.
  public var columns: Int { unicodeScalars.reduce(0) { $0 + $1.columns } }

  /// What fills cells: each part that takes columns, with the marks that combine with it.
  var parts: [(character: Character, columns: Int)] {
    var parts: [(character: Character, columns: Int)] = []
    for scalar in unicodeScalars {
      let columns = scalar.columns
      if columns > 0 {
        parts.append((Character(scalar), columns))
      } else if let last = parts.last, !scalar.isJoiner, scalar.value >= 0x300,
        last.character.unicodeScalars.count < Self.mostScalars
      {
        var text = String(last.character)
        text.unicodeScalars.append(scalar)
        // What Unicode takes for two characters stays one in its cell.
        if text.count == 1 { parts[parts.count - 1].character = Character(text) }
      }
    }
    return parts
  }

  /// As many as curses keeps in a cell: more marks than any language stacks.
  private static let mostScalars = 5
}

extension StringProtocol {
  /// Columns that the text takes on a terminal.
  public var columns: Int {
    // Nearly all texts are these.
    let ascii = utf8.withContiguousStorageIfAvailable { bytes in
      bytes.allSatisfy { (0x20..<0x7F).contains($0) } ? bytes.count : nil
    }
    return (ascii ?? nil) ?? unicodeScalars.reduce(0) { $0 + $1.columns }
  }

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

  /// The beginning and the end that fit in `width` columns, with an ellipsis between them.
  public func fittedAtBothEnds(to width: Int, ellipsis: Character = "…") -> String {
    guard columns > width else { return String(self) }
    guard width > 2 else { return fitted(to: width, ellipsis: ellipsis) }
    let tail = (width - 1) / 2
    var (end, used) = ("", 0)
    for character in reversed() {
      guard used + character.columns <= tail else { break }
      end = String(character) + end
      used += character.columns
    }
    return fitted(to: width - used, ellipsis: ellipsis) + end
  }
}
