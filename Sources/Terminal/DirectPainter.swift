internal import CNcurses
import Glibc
internal import Screen

/// Puts canvases on a terminal that takes 256 colors, or red, green and blue, without curses.
///
/// Such terminals follow ECMA-48 and ISO 8613-6. Curses names both colors and all attributes whenever
/// one of them changes, and that is most of a frame; here only the changes are named.
struct DirectPainter: Painter {
  private let descriptor: Int32
  private var shown: (canvas: Canvas, theme: Theme)?
  private var pen: Pen

  /// Nil where the terminal has fewer colors, or names them in another way.
  ///
  /// - Parameters:
  ///   - descriptor: The terminal, which curses has set up.
  ///   - takesAnyColor: Whether it takes red, green and blue, which terminfo seldom says.
  init?(_ descriptor: Int32, takesAnyColor: Bool) {
    let setter = gradtop_string("setaf").map { String(cString: $0) } ?? ""
    guard takesAnyColor || gradtop_number("colors") >= 256 && setter.contains("38;5;") else {
      return nil
    }
    self.descriptor = descriptor
    pen = Pen(takesAnyColor: takesAnyColor)
  }

  mutating func forget() { shown = nil }

  mutating func leave() {
    pen.putDown()
    flush()
  }

  mutating func paint(_ canvas: Canvas, theme: Theme) {
    if shown == nil {
      // Curses enters its screen and blanks it, and has no more to say from then on.
      clearok(gradtop_curscr(), true)
      refresh()
      pen.putDown()
    }
    let before = shown.flatMap { $0.theme == theme && $0.canvas.size == canvas.size ? $0 : nil }
    pen.theme = theme
    canvas.forEachChange(since: before?.canvas) { place, cell in
      guard let character = cell.character else { return }
      pen.move(to: place)
      pen.set(cell.style, isBlank: character == " ")
      pen.write(character)
    }
    // What did not come through is not there: the next frame is a whole one.
    shown = flush() ? (canvas, theme) : nil
  }

  /// Sends what the pen has written; false where the terminal did not take all of it.
  @discardableResult
  private mutating func flush() -> Bool {
    defer { pen.bytes.removeAll(keepingCapacity: true) }
    return pen.bytes.withUnsafeBytes { bytes in
      var rest = UnsafeRawBufferPointer(rebasing: bytes[...])
      while !rest.isEmpty {
        let count = write(descriptor, rest.baseAddress, rest.count)
        // A terminal that is gone is found when it is read.
        guard count > 0 || errno == EINTR || errno == EAGAIN && isReady() else { return false }
        rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(max(0, count)))
      }
      return true
    }
  }

  /// Waits until a terminal that does not block takes more; false where it takes nothing for long.
  private func isReady() -> Bool {
    var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    return poll(&request, 1, 2000) > 0
  }
}

/// Where the terminal writes next and in which look, and the bytes that bring it there.
private struct Pen {
  var bytes: [UInt8] = []
  var theme = Theme.plain { didSet { if theme != oldValue { paints = [:] } } }
  private var paints: [Style: Paint] = [:]
  /// Nil: nobody knows.
  private var place: Point?
  private var look: Paint?
  private let takesAnyColor: Bool

  init(takesAnyColor: Bool) { self.takesAnyColor = takesAnyColor }

  mutating func move(to target: Point) {
    guard place != target else { return }
    if let place, place.y == target.y, place.x < target.x {
      add("\u{1B}[\(target.x - place.x)C")
    } else {
      add("\u{1B}[\(target.y + 1);\(target.x + 1)H")
    }
    place = target
  }

  mutating func set(_ style: Style, isBlank: Bool) {
    var wanted = paints[style] ?? paint(style)
    paints[style] = wanted
    if let look, isBlank, !wanted.isReversed, !wanted.isUnderlined {
      // Nobody sees the color of nothing.
      (wanted.foreground, wanted.isBold) = (look.foreground, look.isBold)
    }
    guard wanted != look else { return }
    var changes = look == nil ? ["0"] : []
    func turn(_ attribute: KeyPath<Paint, Bool>, _ on: String, _ off: String) {
      let (isOn, wasOn) = (wanted[keyPath: attribute], look?[keyPath: attribute] ?? false)
      if isOn != wasOn { changes.append(isOn ? on : off) }
    }
    turn(\.isBold, "1", "22")
    turn(\.isUnderlined, "4", "24")
    turn(\.isReversed, "7", "27")
    if wanted.foreground != look?.foreground { changes.append(Self.code(wanted.foreground, 38)) }
    if wanted.background != look?.background { changes.append(Self.code(wanted.background, 48)) }
    add("\u{1B}[\(changes.joined(separator: ";"))m")
    look = wanted
  }

  private func paint(_ style: Style) -> Paint {
    var paint = theme.paint(style)
    if !takesAnyColor {
      paint.foreground = paint.foreground.indexed
      paint.background = paint.background.indexed
    }
    return paint
  }

  /// What selects a color: `kind` is 38 for that of characters, 48 for what lies behind them.
  private static func code(_ color: Color, _ kind: Int) -> String {
    switch color {
    case .standard: "\(kind + 1)"
    case .indexed(let index): "\(kind);5;\(index)"
    case .rgb(let red, let green, let blue): "\(kind);2;\(red);\(green);\(blue)"
    }
  }

  mutating func write(_ character: Character) {
    let text = character.asShown
    bytes += text.utf8
    // Not all terminals agree on what is wide, or combines.
    place = text.utf8.count == 1 || text.isDrawing ? place.map { Point(x: $0.x + 1, y: $0.y) } : nil
  }

  /// Sets the terminal's own colors, and forgets what was.
  mutating func putDown() {
    add("\u{1B}[0m")
    (place, look) = (nil, nil)
  }

  private mutating func add(_ text: String) { bytes += text.utf8 }
}

extension Color {
  /// The nearest of the terminal's 256; its own stays.
  fileprivate var indexed: Color {
    let number = ColorDepth.indexed.number(of: self)
    return number < 0 ? .standard : .indexed(UInt8(number))
  }
}

extension String {
  /// Whether it is one line, block or braille character: one column everywhere.
  fileprivate var isDrawing: Bool {
    guard let first = unicodeScalars.first, unicodeScalars.count == 1 else { return false }
    return (0x2500...0x259F).contains(first.value) || (0x2800...0x28FF).contains(first.value)
  }
}
