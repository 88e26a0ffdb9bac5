internal import CNcurses
internal import Screen

/// Puts canvases on the screen with curses, which sends what differs from what is there.
struct CursesPainter: Painter {
  private let depth: ColorDepth
  private var pairs: [[Int32]: Int32] = [:]
  private var shown: (canvas: Canvas, theme: Theme)?
  /// What each style of a theme comes to.
  private var looks: (theme: Theme, known: [Style: Look]) = (.plain, [:])

  private struct Look {
    var attributes: attr_t
    var pair: Int32
  }

  /// - Parameter usesColor: Whether colors are wanted.
  init(usesColor: Bool) {
    let hasColors = usesColor && has_colors() && start_color() == OK
    if hasColors { use_default_colors() }
    depth = ColorDepth(colors: hasColors ? Int(gradtop_colors()) : 0, isWanted: usesColor)
  }

  mutating func forget() {
    shown = nil
    clearok(gradtop_curscr(), true)
  }

  /// Curses does so itself.
  mutating func leave() {}

  mutating func paint(_ canvas: Canvas, theme: Theme) {
    if looks.theme != theme { looks = (theme, [:]) }
    let before = shown.flatMap { $0.theme == theme && $0.canvas.size == canvas.size ? $0 : nil }
    if before == nil { erase() }
    var run = Run()
    canvas.forEachChange(since: before?.canvas) { place, cell in
      guard
        let character = depth == .none
          ? cell.characterWithoutColor(canvas.glyphs) : cell.character
      else { return }
      if !run.goesOn(at: place, cell.style) {
        put(run)
        run = Run(start: place, end: place.x, style: cell.style)
      }
      run.append(character)
    }
    put(run)
    refresh()
    shown = (canvas, theme)
  }

  /// Cells side by side that look the same.
  private struct Run {
    var start = Point(x: 0, y: 0)
    var end = 0
    var style = Style(.text)
    var scalars: [wchar_t] = []

    func goesOn(at place: Point, _ style: Style) -> Bool {
      !scalars.isEmpty && place == Point(x: end, y: start.y) && style == self.style
    }

    mutating func append(_ character: Character) {
      scalars += character.asShown.unicodeScalars.map { wchar_t(bitPattern: $0.value) }
      end += character.columns
    }
  }

  private mutating func put(_ run: Run) {
    guard !run.scalars.isEmpty else { return }
    let look = look(run.style)
    gradtop_set_attributes(look.attributes, look.pair)
    mvaddnwstr(Int32(run.start.y), Int32(run.start.x), run.scalars, Int32(run.scalars.count))
  }

  /// How curses is to show `style`.
  private mutating func look(_ style: Style) -> Look {
    if let look = looks.known[style] { return look }
    let look = makeLook(style, looks.theme)
    looks.known[style] = look
    return look
  }

  private mutating func makeLook(_ style: Style, _ theme: Theme) -> Look {
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
    case .indexed: break
    }
    var attributes: attr_t = 0
    if paint.isBold { attributes |= gradtop_bold() }
    if paint.isUnderlined { attributes |= gradtop_underline() }
    if isReversed { attributes |= gradtop_reverse() }
    return Look(attributes: attributes, pair: pair(foreground, background))
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
