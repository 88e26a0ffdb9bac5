internal import CNcurses
import Glibc
public import Screen

/// Why there is no terminal to draw on.
public struct TerminalError: Error, Equatable {
  /// As a clause.
  public var reason: String
}

/// The terminal as ncurses sees it: paints canvases, reads keys, and is always restored.
public final class TerminalScreen {
  private let screen: OpaquePointer
  private let descriptor: Int32
  private let requests: Int32
  private let depth: ColorDepth
  private var pairs: [[Int32]: Int32] = [:]
  private var shown: (canvas: Canvas, theme: Theme)?
  private var isOpen = true
  private let files: [UnsafeMutablePointer<FILE>]

  /// Takes over the terminal that controls the process.
  ///
  /// - Parameter usesColor: Whether colors are wanted.
  public init(usesColor: Bool) throws(TerminalError) {
    setlocale(LC_ALL, "")
    // Esc is a key of its own: do not wait long for the rest of a sequence.
    setenv("ESCDELAY", "25", 0)
    let descriptor = open("/dev/tty", O_RDWR | O_CLOEXEC)
    guard descriptor >= 0, let output = fdopen(dup(descriptor), "w"),
      let input = fdopen(dup(descriptor), "r")
    else { throw TerminalError(reason: "no terminal: \(String(cString: strerror(errno)))") }
    let requests = Restoration.arm(descriptor)
    let isDirect = usesColor && DirectColor.prepare(descriptor)
    guard let screen = newterm(nil, output, input) else {
      Restoration.disarm()
      Glibc.close(descriptor)
      throw TerminalError(reason: "ncurses does not know the terminal named by TERM")
    }
    self.screen = screen
    self.descriptor = descriptor
    self.requests = requests
    files = [output, input]
    cbreak()
    noecho()
    nonl()
    curs_set(0)
    let window = gradtop_stdscr()
    keypad(window, true)
    nodelay(window, true)
    mouseinterval(0)
    mousemask(gradtop_mouse_events(), nil)
    let hasColors = has_colors() && start_color() == OK
    use_default_colors()
    depth = ColorDepth(
      colors: hasColors ? Int(gradtop_colors()) : 0, isDirect: isDirect, isWanted: usesColor)
  }

  deinit { close() }

  /// Puts the terminal back as it was.
  public func close() {
    guard isOpen else { return }
    isOpen = false
    endwin()
    Restoration.disarm()
    for file in files { fclose(file) }
    Glibc.close(descriptor)
  }

  /// Columns and rows.
  public var size: Size {
    Size(width: Int(getmaxx(gradtop_stdscr())), height: Int(getmaxy(gradtop_stdscr())))
  }

  /// Braille and blocks where the locale is UTF-8.
  public var glyphs: Glyphs {
    String(cString: gradtop_codeset()) == "UTF-8" ? .unicode : .ascii
  }
}

// MARK: - Painting

extension TerminalScreen {
  /// Shows `canvas`; only cells that changed since the last call are sent.
  public func paint(_ canvas: Canvas, theme: Theme) {
    guard isOpen else { return }
    let known = shown.map { $0.theme == theme && $0.canvas.size == canvas.size } ?? false
    if !known { erase() }
    for y in 0..<canvas.size.height {
      for x in 0..<canvas.size.width {
        let cell = canvas[x, y]
        if known, let before = shown?.canvas, before[x, y] == cell { continue }
        guard let character = cell.character else { continue }
        set(cell.style, theme)
        mvaddstr(Int32(y), Int32(x), String(character))
      }
    }
    refresh()
    shown = (canvas, theme)
  }

  private func set(_ style: Style, _ theme: Theme) {
    let paint = theme.paint(style)
    var attributes: attr_t = 0
    if paint.isBold { attributes |= gradtop_bold() }
    if paint.isUnderlined { attributes |= gradtop_underline() }
    if paint.isReversed { attributes |= gradtop_reverse() }
    // Without colors a selected row must be seen all the same.
    if depth == .none, style.background != nil { attributes |= gradtop_reverse() }
    gradtop_set_attributes(attributes, pair(paint.foreground, paint.background))
  }

  private func pair(_ foreground: Color, _ background: Color) -> Int32 {
    guard depth != .none else { return 0 }
    let key = [depth.number(of: foreground), depth.number(of: background)]
    if let pair = pairs[key] { return pair }
    let pair = Int32(pairs.count + 1)
    guard pair < gradtop_pairs(), init_extended_pair(pair, key[0], key[1]) == OK else { return 0 }
    pairs[key] = pair
    return pair
  }
}

// MARK: - Reading

extension TerminalScreen {
  /// What comes next, at the latest after `milliseconds`; nil where nothing does.
  public func read(milliseconds: Int32) -> Input? {
    if let input = pending() { return input }
    var waiting = [
      pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
      pollfd(fd: requests, events: Int16(POLLIN), revents: 0),
    ]
    poll(&waiting, nfds_t(waiting.count), milliseconds)
    return pending()
  }

  private func pending() -> Input? {
    var number: UInt8 = 0
    if Glibc.read(requests, &number, 1) == 1 { return .signal(Int32(number)) }
    var code: wint_t = 0
    let kind = get_wch(&code)
    guard kind != ERR else { return nil }
    if kind == KEY_CODE_YES {
      if code == KEY_RESIZE {
        shown = nil
        return .resize
      }
      return code == KEY_MOUSE ? mouse() : KeyCode.key(ofFunction: Int32(code)).map { .key($0) }
    }
    return KeyCode.key(ofCharacter: code).map { .key($0) }
  }

  private func mouse() -> Input? {
    var event = MEVENT()
    guard getmouse(&event) == OK else { return nil }
    let point = Point(x: Int(event.x), y: Int(event.y))
    if gradtop_is_wheel_up(event.bstate) != 0 { return .wheel(-1, at: point) }
    if gradtop_is_wheel_down(event.bstate) != 0 { return .wheel(1, at: point) }
    return gradtop_is_click(event.bstate) != 0 ? .click(point) : nil
  }
}
