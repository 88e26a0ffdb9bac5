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
  private let descriptor: Int32
  private let signals: Int32
  private let files: [UnsafeMutablePointer<FILE>]
  private var painter: any Painter
  private var mouse = Mouse()
  private var isOpen = true
  /// Whether the terminal belongs to the shell right now.
  private var isSuspended = false
  private var isTold = false

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
    signals = Restoration.arm(descriptor)
    guard newterm(nil, output, input) != nil else {
      Restoration.disarm()
      Glibc.close(descriptor)
      throw TerminalError(reason: "ncurses does not know the terminal named by TERM")
    }
    self.descriptor = descriptor
    files = [output, input]
    Restoration.learn(["rmkx", "sgr0", "op", "rmcup", "cnorm"].map(Self.capability))
    cbreak()
    noecho()
    nonl()
    curs_set(0)
    let window = gradtop_stdscr()
    keypad(window, true)
    nodelay(window, true)
    mouseinterval(0)
    mousemask(gradtop_mouse_events(), nil)
    let direct =
      usesColor ? DirectPainter(descriptor, takesAnyColor: Self.takesAnyColor) : nil
    painter = direct ?? CursesPainter(usesColor: usesColor)
  }

  deinit { close() }

  /// Puts the terminal back as it was.
  public func close() {
    guard isOpen else { return }
    isOpen = false
    if !isSuspended {
      followDrags(false)
      painter.leave()
      endwin()
    }
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

  /// Shows `canvas`; only cells that changed since the last call are sent.
  public func paint(_ canvas: Canvas, theme: Theme) {
    guard isOpen else { return }
    painter.paint(canvas, theme: theme)
    if !isTold {
      isTold = true
      followDrags(true)
    }
  }

  /// Whether the terminal takes red, green and blue: most that do say so in `COLORTERM` alone.
  private static var takesAnyColor: Bool {
    let declared = getenv("COLORTERM").map { String(cString: $0) } ?? ""
    return gradtop_number("colors") >= 8
      && (["truecolor", "24bit"].contains(declared) || gradtop_flag("RGB") > 0)
  }

  /// A capability of the terminal without the pauses that terminals needed once.
  private static func capability(_ name: String) -> [UInt8] {
    guard let text = gradtop_string(name) else { return [] }
    var (kept, rest) = ([UInt8](), Array(String(cString: text).utf8)[...])
    while let byte = rest.popFirst() {
      // A pause is written as $<5/>.
      if byte == UInt8(ascii: "$"), rest.first == UInt8(ascii: "<") {
        rest = rest.drop { $0 != UInt8(ascii: ">") }.dropFirst()
      } else {
        kept.append(byte)
      }
    }
    return kept
  }

  /// Asks the terminal to tell of the pointer while a button is down, which curses does not.
  private func followDrags(_ wanted: Bool) {
    let bytes = Array("\u{1B}[?1002\(wanted ? "h" : "l")".utf8)
    guard gradtop_string("kmous") != nil else { return }
    _ = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
  }
}

// MARK: - Reading

extension TerminalScreen {
  /// What comes next, at the latest after `milliseconds`, or, if that is negative, whenever it comes;
  /// nil where nothing does.
  ///
  /// - Parameter other: A descriptor that ends the waiting as well, when it can be read; -1: none.
  public func read(milliseconds: Int32, orReadable other: Int32 = -1) -> Input? {
    if let input = pending() { return input }
    var waiting = [
      pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
      pollfd(fd: signals, events: Int16(POLLIN), revents: 0),
      pollfd(fd: other, events: Int16(POLLIN), revents: 0),
    ]
    poll(&waiting, nfds_t(waiting.count), milliseconds)
    // The terminal is gone, and nobody said so.
    if Int32(waiting[0].revents) & (POLLHUP | POLLERR | POLLNVAL) != 0 { return .signal(SIGHUP) }
    return pending()
  }

  private func pending() -> Input? {
    var number: UInt8 = 0
    while Glibc.read(signals, &number, 1) == 1 {
      switch Int32(number) {
      case SIGTSTP:
        release()
        return stop(SIGTSTP)
      case SIGCONT:
        // Somebody stopped the process without asking; the shell has had the terminal.
        if tcgetpgrp(descriptor) == getpgrp() { release() }
        return takeBack()
      case SIGWINCH: return resize()
      case let number: return .signal(number)
      }
    }
    var code: wint_t = 0
    let kind = get_wch(&code)
    guard kind != ERR else { return nil }
    guard kind == KEY_CODE_YES else { return KeyCode.key(ofCharacter: code).map { .key($0) } }
    if code == KEY_RESIZE { return resize() }
    guard code == KEY_MOUSE else { return KeyCode.key(ofFunction: Int32(code)).map { .key($0) } }
    var event = MEVENT()
    return getmouse(&event) == OK ? mouse.input(event) : nil
  }

  private func resize() -> Input {
    var window = winsize()
    if ioctl(descriptor, UInt(TIOCGWINSZ), &window) == 0, window.ws_row > 0, window.ws_col > 0 {
      resize_term(Int32(window.ws_row), Int32(window.ws_col))
    }
    painter.forget()
    return .resize
  }
}

// MARK: - Stopping and going on

extension TerminalScreen {
  /// Gives the terminal to the shell.
  private func release() {
    guard !isSuspended else { return }
    followDrags(false)
    painter.leave()
    endwin()
    Restoration.release()
    (isSuspended, isTold) = (true, false)
  }

  /// Stops the process as `number` does by default; returns when it goes on.
  private func stop(_ number: Int32) -> Input {
    var (usual, ours) = (sigaction(), sigaction())
    usual.__sigaction_handler.sa_handler = SIG_DFL
    sigaction(number, &usual, &ours)
    raise(number)
    sigaction(number, &ours, nil)
    return takeBack()
  }

  /// Takes the terminal back from the shell, once the process is in the foreground.
  private func takeBack() -> Input {
    // What ends the process must get it out of the call that stops it, which else begins again.
    for number in Self.endings { setRestarts(number, false) }
    defer { for number in Self.endings { setRestarts(number, true) } }
    while tcgetpgrp(descriptor) != getpgrp() {
      // The terminal is the shell's: it must be neither drawn on nor read.
      if let number = fatalSignal() {
        isSuspended = true
        return .signal(number)
      }
      // A shell that makes it go on mostly puts it in the foreground next, and would take a stop in
      // between for one that comes after. Where nobody can do so, it is not stopped.
      var waiting = [pollfd(fd: signals, events: Int16(POLLIN), revents: 0)]
      poll(&waiting, 1, 200)
      let foreground = tcgetpgrp(descriptor)
      guard foreground >= 0 else { return .signal(SIGHUP) }
      guard foreground != getpgrp(), waiting[0].revents == 0 else { continue }
      // Stops the process as long as it is in the background, which the system decides: who looked
      // and then stopped could be in the foreground by then, and nobody would make it go on.
      signal(SIGTTOU, SIG_DFL)
      tcdrain(descriptor)
    }
    // That it goes on is known; a new size is looked at below.
    if let number = fatalSignal() { return .signal(number) }
    Restoration.hold()
    isSuspended = false
    return resize()
  }

  /// Whether a system call that a signal has interrupted begins again.
  private func setRestarts(_ number: Int32, _ restarts: Bool) {
    var action = sigaction()
    sigaction(number, nil, &action)
    action.sa_flags = restarts ? action.sa_flags | SA_RESTART : action.sa_flags & ~SA_RESTART
    sigaction(number, &action, nil)
  }

  private static let endings = [SIGINT, SIGTERM, SIGHUP]

  /// Takes all signals that have come, and returns one that ends the process.
  private func fatalSignal() -> Int32? {
    var number: UInt8 = 0
    while Glibc.read(signals, &number, 1) == 1 {
      if Self.endings.contains(Int32(number)) { return Int32(number) }
    }
    return nil
  }
}
