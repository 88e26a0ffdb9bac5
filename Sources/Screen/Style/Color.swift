/// A color as a theme names it.
public enum Color: Hashable, Sendable {
  /// Red, green and blue, 0...255.
  case rgb(UInt8, UInt8, UInt8)
  /// One of the terminal's 256.
  case indexed(UInt8)
  /// The terminal's own.
  case standard
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

  /// Red, green and blue; nil: the terminal's own, which nobody knows.
  ///
  /// The terminal's 256 as xterm has them: sixteen names, a cube of 6×6×6, and 24 greys.
  public var components: (red: UInt8, green: UInt8, blue: UInt8)? {
    switch self {
    case .standard: return nil
    case .rgb(let red, let green, let blue): return (red, green, blue)
    case .indexed(let index):
      if index < 16 { return Self.sixteen[Int(index)] }
      if index >= 232 {
        let grey = 8 + 10 * (index - 232)
        return (grey, grey, grey)
      }
      let levels: [UInt8] = [0, 95, 135, 175, 215, 255]
      let cube = Int(index) - 16
      return (levels[cube / 36], levels[cube / 6 % 6], levels[cube % 6])
    }
  }

  private static let sixteen: [(UInt8, UInt8, UInt8)] = [
    (0, 0, 0), (205, 0, 0), (0, 205, 0), (205, 205, 0), (0, 0, 238), (205, 0, 205),
    (0, 205, 205), (229, 229, 229), (127, 127, 127), (255, 0, 0), (0, 255, 0), (255, 255, 0),
    (92, 92, 255), (255, 0, 255), (0, 255, 255), (255, 255, 255),
  ]
}
