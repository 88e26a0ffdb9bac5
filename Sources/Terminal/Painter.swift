internal import CNcurses
internal import Screen

/// Puts canvases on the screen with curses, which sends what differs from what is there.
struct Painter {
  private let depth: ColorDepth
  private var pairs: [[Int32]: Int32] = [:]
  private var shown: (canvas: Canvas, theme: Theme)?

  /// - Parameter isDirect: Whether curses was told of red, green and blue.
  init(usesColor: Bool, isDirect: Bool) {
    let hasColors = usesColor && has_colors() && start_color() == OK
    if hasColors { use_default_colors() }
    depth = ColorDepth(
      colors: hasColors ? Int(gradtop_colors()) : 0, isDirect: isDirect, isWanted: usesColor)
  }

  /// Nobody knows what is on the screen now.
  mutating func forget() {
    shown = nil
    clearok(gradtop_curscr(), true)
  }

  mutating func paint(_ canvas: Canvas, theme: Theme) {
    let isKnown = shown.map { $0.theme == theme && $0.canvas.size == canvas.size } ?? false
    let before = isKnown ? shown?.canvas : nil
    if before == nil { erase() }
    canvas.forEachChange(since: before) { place, cell in
      guard
        let character = depth == .none
          ? cell.characterWithoutColor(canvas.glyphs) : cell.character
      else { return }
      set(cell.style, theme)
      mvaddstr(Int32(place.y), Int32(place.x), Self.text(character))
    }
    refresh()
    shown = (canvas, theme)
  }

  /// What curses and the canvas agree on the width of: else a row would shift.
  private static func text(_ character: Character) -> String {
    if character.isASCII { return String(character) }
    let columns = character.unicodeScalars.first.map { Int(gradtop_width($0.value)) } ?? 1
    return columns == character.columns
      ? String(character) : String(repeating: "?", count: character.columns)
  }

  private mutating func set(_ style: Style, _ theme: Theme) {
    let paint = theme.paint(style)
    var (foreground, background) = (
      depth.number(of: paint.foreground), depth.number(of: paint.background)
    )
    var isReversed = paint.isReversed
    let page = theme[.text].background
    switch depth {
    case .none:
      // Without colors a selected row must be seen all the same.
      if style.background != nil { isReversed = true }
    case .eight, .sixteen:
      // So must it where its color is that of the page.
      if paint.background != page, background == depth.number(of: page) { isReversed.toggle() }
      if foreground == background, foreground >= 0 {
        foreground = background == 0 ? (depth == .sixteen ? 8 : 7) : 0
      }
    case .indexed, .direct: break
    }
    var attributes: attr_t = 0
    if paint.isBold { attributes |= gradtop_bold() }
    if paint.isUnderlined { attributes |= gradtop_underline() }
    if isReversed { attributes |= gradtop_reverse() }
    gradtop_set_attributes(attributes, pair(foreground, background))
  }

  private mutating func pair(_ foreground: Int32, _ background: Int32) -> Int32 {
    guard depth != .none else { return 0 }
    let key = [foreground, background]
    if let pair = pairs[key] { return pair }
    let pair = Int32(pairs.count + 1)
    guard pair < gradtop_pairs(), init_extended_pair(pair, foreground, background) == OK else {
      return 0
    }
    pairs[key] = pair
    return pair
  }
}
