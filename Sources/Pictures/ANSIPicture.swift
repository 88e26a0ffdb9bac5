public import Screen

/// A canvas as text with ECMA-48's sequences for colors of 24 bits.
public struct ANSIPicture {
  /// The text, a line for each row.
  public let text: String

  /// A picture of `canvas` in the colors of `theme`.
  ///
  /// - Parameter usesColor: Whether it is more than bold, underlined and reversed.
  public init(_ canvas: Canvas, theme: Theme, usesColor: Bool = true) {
    var text = ""
    for y in 0..<canvas.size.height {
      var look: String?
      for x in 0..<canvas.size.width {
        let cell = canvas[x, y]
        guard let character = usesColor ? cell.character : cell.characterWithoutColor(canvas.glyphs)
        else { continue }
        let next = Self.sequence(theme.paint(cell.style), cell.style, usesColor)
        if next != look { text += next }
        look = next
        text.append(character)
      }
      text += "\u{1B}[0m\n"
    }
    self.text = text
  }

  private static func sequence(_ paint: Paint, _ style: Style, _ usesColor: Bool) -> String {
    var codes = ["0"]
    if paint.isBold { codes.append("1") }
    if paint.isUnderlined { codes.append("4") }
    // A selected row must be seen without colors, too.
    if paint.isReversed || (!usesColor && style.background != nil) { codes.append("7") }
    if usesColor {
      for (kind, color) in [(38, paint.foreground), (48, paint.background)] {
        switch color {
        case .standard: break
        case .indexed(let index): codes.append("\(kind);5;\(index)")
        case .rgb(let red, let green, let blue): codes.append("\(kind);2;\(red);\(green);\(blue)")
        }
      }
    }
    return "\u{1B}[\(codes.joined(separator: ";"))m"
  }
}
