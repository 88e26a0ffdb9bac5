import Glibc

/// Puts the terminal back as it was when the process dies, and turns requests to end into input.
///
/// Signal handlers may touch only what is here: plain memory, made before.
enum Restoration {
  nonisolated(unsafe) private static var sequence: UnsafeMutableBufferPointer<UInt8>?
  nonisolated(unsafe) private static var settings = termios()
  nonisolated(unsafe) private static var descriptor: Int32 = -1
  nonisolated(unsafe) private static var pipe: (read: Int32, write: Int32) = (-1, -1)

  /// Leaves the mouse, the alternate screen and all colors, and shows the cursor: what xterm and
  /// all that follow it understand.
  private static let escape =
    "\u{1B}[?1000l\u{1B}[?1002l\u{1B}[?1006l\u{1B}[?1049l\u{1B}[?25h\u{1B}[0m"

  private static let fatal = [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGABRT, SIGFPE]
  private static let requests = [SIGINT, SIGTERM, SIGHUP]

  /// Remembers how the terminal behind `descriptor` is now, and watches for the end.
  ///
  /// - Returns: A descriptor that becomes readable when the process is asked to end; each byte is a
  ///   signal's number.
  static func arm(_ terminal: Int32) -> Int32 {
    descriptor = terminal
    tcgetattr(terminal, &settings)
    let bytes = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: escape.utf8.count)
    _ = bytes.initialize(from: escape.utf8)
    sequence = bytes
    var ends: [Int32] = [-1, -1]
    if Glibc.pipe(&ends) == 0 {
      for end in ends { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
      pipe = (ends[0], ends[1])
    }
    for number in fatal {
      handle(number, restoreAndDie, flags: Int32(bitPattern: UInt32(SA_RESETHAND)))
    }
    for number in requests { handle(number, tell, flags: 0) }
    return pipe.read
  }

  /// Stops watching: the terminal has been restored in good order.
  static func disarm() {
    for number in fatal + requests { signal(number, SIG_DFL) }
    descriptor = -1
  }

  private static func handle(
    _ number: Int32, _ body: @escaping @convention(c) (Int32) -> Void, flags: Int32
  ) {
    var action = sigaction()
    action.__sigaction_handler.sa_handler = body
    action.sa_flags = flags
    sigaction(number, &action, nil)
  }

  private static let restoreAndDie: @convention(c) (Int32) -> Void = { number in
    if descriptor >= 0, let sequence {
      write(descriptor, sequence.baseAddress, sequence.count)
      tcsetattr(descriptor, TCSANOW, &settings)
    }
    // The default action is back (SA_RESETHAND).
    raise(number)
  }

  private static let tell: @convention(c) (Int32) -> Void = { number in
    var byte = UInt8(truncatingIfNeeded: number)
    write(pipe.write, &byte, 1)
  }
}
