import Glibc

/// Puts the terminal back as it was when the process dies, and turns what the system asks for into
/// bytes that can be waited for.
///
/// Signal handlers may touch only what is here: plain memory, made before.
enum Restoration {
  nonisolated(unsafe) private static var sequence: UnsafeMutableBufferPointer<UInt8>?
  nonisolated(unsafe) private static var settings = termios()
  nonisolated(unsafe) private static var descriptor: Int32 = -1
  nonisolated(unsafe) private static var isHolding = false
  nonisolated(unsafe) private static var pipe: (read: Int32, write: Int32) = (-1, -1)
  nonisolated(unsafe) private static var previous: [(number: Int32, action: sigaction)] = []
  nonisolated(unsafe) private static var watchesExit = false

  /// Leaves the mouse, all colors and the alternate screen, and shows the cursor: what xterm and all
  /// that follow it understand.
  private static let mouse = "\u{1B}[?1006l\u{1B}[?1002l\u{1B}[?1000l"
  private static let usual = mouse + "\u{1B}[0m\u{1B}[?1049l\u{1B}[?25h"

  /// What ends a process that does not handle it.
  private static let fatal = [
    SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGQUIT, SIGSYS, SIGXCPU, SIGXFSZ, SIGALRM,
    SIGVTALRM, SIGPROF, SIGUSR1, SIGUSR2, SIGPOLL, SIGPWR, SIGSTKFLT,
  ]
  /// To end, to stop, to go on, to look at the size.
  private static let requests = [SIGINT, SIGTERM, SIGHUP, SIGTSTP, SIGCONT, SIGWINCH]

  /// Remembers how the terminal behind `terminal` is now, and watches for the end.
  ///
  /// - Returns: A descriptor that becomes readable when the system asks for something; each byte is a
  ///   signal's number.
  static func arm(_ terminal: Int32) -> Int32 {
    descriptor = terminal
    tcgetattr(terminal, &settings)
    remember(usual)
    isHolding = true
    var ends: [Int32] = [-1, -1]
    if Glibc.pipe(&ends) == 0 {
      for end in ends {
        _ = fcntl(end, F_SETFL, O_NONBLOCK)
        _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      }
      pipe = (ends[0], ends[1])
    }
    // A stack that overflows has no room for the handler.
    let size = 1 << 16
    var stack = stack_t()
    stack.ss_sp = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
    stack.ss_size = size
    sigaltstack(&stack, nil)
    previous = []
    let once = Int32(bitPattern: UInt32(SA_RESETHAND))
    for number in fatal { handle(number, restoreAndDie, flags: once | SA_ONSTACK) }
    for number in requests { handle(number, tell, flags: SA_RESTART) }
    if !watchesExit {
      watchesExit = true
      atexit { Restoration.restore() }
    }
    return pipe.read
  }

  /// What puts this terminal back, from its description.
  static func learn(_ strings: [[UInt8]]) { remember(mouse, strings) }

  private static func remember(_ text: String, _ strings: [[UInt8]] = []) {
    let all = Array(text.utf8) + strings.flatMap { $0 }
    let bytes = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: all.count)
    _ = bytes.initialize(from: all)
    // The one before may be in use by a handler; it is small.
    sequence = bytes
  }

  /// The terminal belongs to the shell, for now or for good.
  static func release() { isHolding = false }

  /// It is ours again.
  static func hold() { isHolding = true }

  /// Stops watching: the terminal has been restored in good order.
  static func disarm() {
    isHolding = false
    descriptor = -1
    for (number, action) in previous {
      var action = action
      sigaction(number, &action, nil)
    }
    previous = []
  }

  private static func handle(
    _ number: Int32, _ body: @escaping @convention(c) (Int32) -> Void, flags: Int32
  ) {
    var (action, before) = (sigaction(), sigaction())
    action.__sigaction_handler.sa_handler = body
    action.sa_flags = flags
    sigaction(number, &action, &before)
    previous.append((number, before))
  }

  private static func restore() {
    guard isHolding, descriptor >= 0, let sequence else { return }
    isHolding = false
    write(descriptor, sequence.baseAddress, sequence.count)
    tcsetattr(descriptor, TCSANOW, &settings)
  }

  private static let restoreAndDie: @convention(c) (Int32) -> Void = { number in
    Restoration.restore()
    // The default action is back (SA_RESETHAND).
    raise(number)
  }

  private static let tell: @convention(c) (Int32) -> Void = { number in
    let code = errno
    var byte = UInt8(truncatingIfNeeded: number)
    write(pipe.write, &byte, 1)
    errno = code
  }
}
