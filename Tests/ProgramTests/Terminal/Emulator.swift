import CVterm
import Foundation
import Glibc
import Testing

/// A terminal emulator, and the pseudo terminal behind it.
final class Emulator {
  /// What one cell shows.
  struct Cell: Equatable {
    var text: String
    var foreground: Int32
    var background: Int32
    var isBold: Bool
    var isUnderlined: Bool
    var isReversed: Bool

    /// Without what nobody sees: the color and the weight of nothing.
    var asSeen: Cell {
      guard text.allSatisfy({ $0 == " " }), !isUnderlined, !isReversed else { return self }
      var cell = self
      (cell.foreground, cell.isBold) = (-1, false)
      return cell
    }
  }

  /// Modes that programs must leave as they found them.
  struct Modes: Equatable {
    var isAlternate = false
    var showsCursor = true
    var mouse: Int32 = 0
  }

  /// What programs are given as their standard streams.
  let device: FileHandle
  private let control: FileHandle
  private let machine: OpaquePointer
  private let screen: OpaquePointer
  private let noted = UnsafeMutablePointer<gradtop_vterm_modes>.allocate(capacity: 1)
  private(set) var columns: Int
  private(set) var rows: Int
  /// All that programs have sent.
  private(set) var bytes: [UInt8] = []

  init(columns: Int = 100, rows: Int = 30) throws {
    (self.columns, self.rows) = (columns, rows)
    var (controller, terminal): (Int32, Int32) = (-1, -1)
    var size = winsize(
      ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    try #require(openpty(&controller, &terminal, nil, nil, &size) == 0)
    control = FileHandle(fileDescriptor: controller, closeOnDealloc: true)
    device = FileHandle(fileDescriptor: terminal, closeOnDealloc: true)
    for descriptor in [controller, terminal] { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
    machine = try #require(vterm_new(Int32(rows), Int32(columns)))
    vterm_set_utf8(machine, 1)
    screen = try #require(vterm_obtain_screen(machine))
    noted.initialize(to: gradtop_vterm_modes(is_alternate: 0, shows_cursor: 1, mouse: 0))
    gradtop_vterm_watch(screen, noted)
    vterm_screen_enable_altscreen(screen, 1)
    vterm_screen_reset(screen, 1)
  }

  deinit {
    vterm_free(machine)
    noted.deallocate()
  }
}

// MARK: - What it shows

extension Emulator {
  /// Takes over what is there to be read, without waiting.
  func receive() {
    var ready = pollfd(fd: control.fileDescriptor, events: Int16(POLLIN), revents: 0)
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while poll(&ready, 1, 0) == 1, ready.revents & Int16(POLLIN) != 0 {
      let count = read(control.fileDescriptor, &buffer, buffer.count)
      guard count > 0 else { return }
      feed(Array(buffer.prefix(count)))
    }
  }

  /// Shows `text` as if a program had sent it.
  func feed(_ text: [UInt8]) {
    bytes += text
    text.withUnsafeBytes { raw in
      let characters = raw.assumingMemoryBound(to: CChar.self)
      _ = vterm_input_write(machine, characters.baseAddress, characters.count)
    }
  }

  func cell(_ x: Int, _ y: Int) -> Cell {
    let cell = gradtop_vterm_cell_at(screen, Int32(y), Int32(x))
    let scalars = withUnsafeBytes(of: cell.characters) { raw in
      raw.bindMemory(to: UInt32.self).prefix { $0 != 0 }.compactMap(Unicode.Scalar.init)
    }
    var text = ""
    text.unicodeScalars.append(contentsOf: scalars)
    return Cell(
      text: text.isEmpty ? " " : text, foreground: cell.foreground, background: cell.background,
      isBold: cell.is_bold != 0, isUnderlined: cell.is_underlined != 0,
      isReversed: cell.is_reversed != 0)
  }

  /// The rows as text, as wide as the screen.
  var lines: [String] {
    receive()
    return (0..<rows).map { y in
      var (line, x) = ("", 0)
      while x < columns {
        line += cell(x, y).text
        x += max(1, Int(gradtop_vterm_cell_at(screen, Int32(y), Int32(x)).width))
      }
      return line
    }
  }

  var modes: Modes {
    receive()
    return Modes(
      isAlternate: noted.pointee.is_alternate != 0, showsCursor: noted.pointee.shows_cursor != 0,
      mouse: noted.pointee.mouse)
  }

  /// The line discipline: echo, lines, signals.
  var settings: [tcflag_t] {
    var settings = termios()
    tcgetattr(device.fileDescriptor, &settings)
    return [settings.c_iflag, settings.c_oflag, settings.c_lflag]
  }
}

// MARK: - What people do

extension Emulator {
  func type(_ keys: String) throws { try control.write(contentsOf: Data(keys.utf8)) }

  /// Reports the left button: down, or up, or the pointer with it down.
  func point(_ kind: Pointing, _ x: Int, _ y: Int) throws {
    let code = kind == .drag ? 32 : kind == .wheelDown ? 65 : 0
    try type("\u{1B}[<\(code);\(x + 1);\(y + 1)\(kind == .up ? "m" : "M")")
  }

  enum Pointing {
    case down, drag, up, wheelDown
  }

  func resize(columns: Int, rows: Int) {
    receive()
    (self.columns, self.rows) = (columns, rows)
    vterm_set_size(machine, Int32(rows), Int32(columns))
    var size = winsize(
      ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(control.fileDescriptor, UInt(TIOCSWINSZ), &size)
  }

  /// Whether nothing was sent while a program that redraws would have had time for several frames.
  func staysSilent() -> Bool {
    receive()
    let before = bytes.count
    for _ in 0..<10 {
      _ = poll(nil, 0, 40)
      receive()
      if bytes.count != before { return false }
    }
    return true
  }
}
