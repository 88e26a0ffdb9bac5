import Foundation
import Glibc

/// A terminal of our own, with all that programs have written to it.
final class PseudoTerminal {
  struct Failure: Error {
    var code: Int32
  }

  /// What programs are given as their standard streams.
  let device: FileHandle
  private let control: FileHandle
  private var bytes: [UInt8] = []
  /// As it was made, or resized last by whoever keeps count.
  var columns: UInt16

  init(columns: UInt16, rows: UInt16) throws {
    self.columns = columns
    var (controller, terminal): (Int32, Int32) = (-1, -1)
    var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
    guard openpty(&controller, &terminal, nil, nil, &size) == 0 else {
      throw Failure(code: errno)
    }
    control = FileHandle(fileDescriptor: controller, closeOnDealloc: true)
    device = FileHandle(fileDescriptor: terminal, closeOnDealloc: true)
    _ = fcntl(controller, F_SETFD, FD_CLOEXEC)
  }

  /// All text so far, without control sequences.
  var text: String {
    receive()
    return String(decoding: bytes, as: UTF8.self)
      .replacing(/\u{1B}\[[0-9;?]*[A-Za-z]|\u{1B}[()][A-Z0-9]|\u{1B}[=>78]/, with: "")
  }

  /// Changes the size, which makes the foreground program paint all anew.
  func resize(columns: UInt16, rows: UInt16) {
    var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(control.fileDescriptor, UInt(TIOCSWINSZ), &size)
  }

  /// Types on the keyboard.
  func type(_ keys: String) throws { try control.write(contentsOf: Data(keys.utf8)) }

  /// Takes over what is there to be read, without waiting.
  private func receive() {
    var ready = pollfd(fd: control.fileDescriptor, events: Int16(POLLIN), revents: 0)
    var buffer = [UInt8](repeating: 0, count: 4096)
    while poll(&ready, 1, 0) == 1, ready.revents & Int16(POLLIN) != 0 {
      let count = read(control.fileDescriptor, &buffer, buffer.count)
      guard count > 0 else { return }
      bytes += buffer.prefix(count)
    }
  }
}
