internal import Screen

/// Red, green and blue, 0...255.
struct RGB: Hashable {
  var red: UInt8
  var green: UInt8
  var blue: UInt8

  init(_ color: Color, otherwise standard: RGB) {
    guard let (red, green, blue) = color.components else {
      self = standard
      return
    }
    self.init(red, green, blue)
  }

  init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
    (self.red, self.green, self.blue) = (red, green, blue)
  }

  /// `fraction` of the way to `other`.
  func mixed(with other: RGB, _ fraction: Double) -> RGB {
    func mix(_ a: UInt8, _ b: UInt8) -> UInt8 {
      UInt8((Double(a) + fraction * (Double(b) - Double(a))).rounded())
    }
    return RGB(mix(red, other.red), mix(green, other.green), mix(blue, other.blue))
  }

  /// `#rrggbb`.
  var hexadecimal: String {
    "#"
      + [red, green, blue].map { part in
        let digits = String(part, radix: 16)
        return part < 16 ? "0" + digits : digits
      }.joined()
  }
}

/// A cell with the colors that a theme gives it, as pictures need them: there is no terminal whose own
/// colors could stand in.
struct PaintedCell {
  var character: Character
  var foreground: RGB
  var background: RGB
  var isBold: Bool
  var isUnderlined: Bool

  /// The cell in column `x` of row `y`; nil: the right half of a wide character.
  init?(_ canvas: Canvas, x: Int, y: Int, _ theme: Theme) {
    let cell = canvas[x, y]
    guard let character = cell.character else { return nil }
    let paint = theme.paint(cell.style)
    let foreground = RGB(paint.foreground, otherwise: Self.standard.ink)
    let background = RGB(paint.background, otherwise: Self.standard.ground)
    self.character = character
    self.foreground = paint.isReversed ? background : foreground
    self.background = paint.isReversed ? foreground : background
    (isBold, isUnderlined) = (paint.isBold, paint.isUnderlined)
  }

  /// What stands for a terminal's own colors.
  private static let standard = (ink: RGB(0xD8, 0xDE, 0xE9), ground: RGB(0x0F, 0x14, 0x1B))

  /// What lies behind a whole picture.
  static func ground(_ theme: Theme) -> RGB {
    RGB(theme[.text].background, otherwise: standard.ground)
  }
}
