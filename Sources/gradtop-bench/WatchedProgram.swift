import Autodiff
import Foundation

/// A program that was built beside this one, on a terminal of its own: what it sends, how soon it
/// answers, and what it costs.
final class WatchedProgram {
  /// Bytes of memory: all, those of its own, and those of files, which the system may drop.
  struct Memory {
    var peak = 0
    var own = 0
    var files = 0
  }

  /// Seconds from its start to the end of its first frame.
  private(set) var firstFrame = Double.nan
  private let process: pid_t
  private let control: Int32
  private var buffer = [UInt8](repeating: 0, count: 1 << 16)
  /// The last of what was sent.
  private(set) var tail: [UInt8] = []

  /// Starts it in a window of 120 columns and 40 rows; nil where that fails.
  ///
  /// - Parameter settings: of the dashboard, as `config.json` has them.
  init?(_ program: String, _ arguments: [String], settings: String = "{}") throws {
    guard let path = Command.path(of: program) else { return nil }
    let folder = TemporaryFile.path("settings")
    try FileManager.default.createDirectory(
      atPath: folder + "/gradtop", withIntermediateDirectories: true)
    try settings.write(
      toFile: folder + "/gradtop/config.json", atomically: false, encoding: .utf8)
    defer { TemporaryFile.remove(folder) }
    var (controller, terminal): (Int32, Int32) = (-1, -1)
    var name = [CChar](repeating: 0, count: 128)
    var size = winsize(ws_row: 40, ws_col: 120, ws_xpixel: 0, ws_ypixel: 0)
    guard openpty(&controller, &terminal, &name, nil, &size) == 0 else { return nil }
    control = controller
    for descriptor in [controller, terminal] { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
    // Whoever leads a session is controlled by the terminal that it opens first.
    let leadsSession: Int16 = 0x80
    var (actions, attributes) = (posix_spawn_file_actions_t(), posix_spawnattr_t())
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    posix_spawnattr_setflags(&attributes, leadsSession)
    for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] {
      posix_spawn_file_actions_addopen(&actions, descriptor, name, O_RDWR, 0)
    }
    var variables = ProcessInfo.processInfo.environment
    (variables["XDG_CONFIG_HOME"], variables["TERM"]) = (folder, "xterm-256color")
    (variables["LANG"], variables["LC_ALL"]) = ("C.UTF-8", "C.UTF-8")
    // The most bytes that a color takes.
    variables["COLORTERM"] = "truecolor"
    var words = Self.words([path] + arguments)
    var environment = Self.words(variables.map { "\($0.key)=\($0.value)" })
    defer { for word in words + environment { free(word) } }
    let start = MonotonicClock.now()
    var started = pid_t()
    let status = posix_spawn(&started, path, &actions, &attributes, &words, &environment)
    // The program has it open by now, and who reads is to be told when nobody has any more.
    close(terminal)
    guard status == 0 else { return nil }
    process = started
    // It reads its settings before it draws. What sets up the terminal is no frame yet.
    var sent = 0
    while sent < 1000, let frame = answer(within: 20) {
      sent += frame.bytes
      firstFrame = Double(frame.end - start) / 1e9
    }
  }

  deinit {
    close(control)
  }

  private static func words(_ texts: [String]) -> [UnsafeMutablePointer<CChar>?] {
    texts.map { strdup($0) } + [nil]
  }

  /// Types on its keyboard.
  func type(_ keys: String) {
    _ = Array(keys.utf8).withUnsafeBytes { write(control, $0.baseAddress, $0.count) }
  }

  /// Waits for a frame: its bytes, and when the last of them came; nil where none begins in time.
  func answer(within seconds: Double) -> (bytes: Int, end: UInt64)? {
    // What belongs together comes at once.
    let pause = 3.0 / 1e3
    var (count, end) = (0, MonotonicClock.now())
    while let received = receive(within: count == 0 ? seconds : pause) {
      count += received
      end = MonotonicClock.now()
    }
    return count > 0 ? (count, end) : nil
  }

  private func receive(within seconds: Double) -> Int? {
    var ready = pollfd(fd: control, events: Int16(POLLIN), revents: 0)
    guard poll(&ready, 1, Int32(seconds * 1e3)) == 1 else { return nil }
    let count = read(control, &buffer, buffer.count)
    guard count > 0 else { return nil }
    tail = (tail + buffer[..<count]).suffix(4096)
    return count
  }

  /// Waits until it sends nothing and does nothing for so many seconds.
  func settle(quietFor seconds: Double) {
    var worked = processorSeconds
    while true {
      let isTalking = answer(within: seconds) != nil
      let now = processorSeconds
      if !isTalking, now - worked < 0.05 * seconds { return }
      worked = now
    }
  }

  /// Seconds of a processor that its threads have taken.
  var processorSeconds: Double {
    let threads = try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/task")
    return (threads ?? []).reduce(0) { $0 + seconds(ofThread: $1) }
  }

  /// Seconds of a processor that its first thread has taken: the one that has the terminal.
  var firstThreadSeconds: Double { seconds(ofThread: "\(process)") }

  private func seconds(ofThread thread: String) -> Double {
    let path = "/proc/\(process)/task/\(thread)/schedstat"
    let text = try? String(contentsOfFile: path, encoding: .utf8)
    return (text?.split(separator: " ").first.flatMap { Double($0) } ?? 0) / 1e9
  }

  /// What it has in memory.
  var memory: Memory {
    let text = (try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)) ?? ""
    var sizes: [Substring: Int] = [:]
    for line in text.split(separator: "\n") {
      let words = line.split { $0 == "\t" || $0 == " " }
      if words.count == 3, words[2] == "kB" { sizes[words[0]] = (Int(words[1]) ?? 0) * 1024 }
    }
    return Memory(
      peak: sizes["VmHWM:"] ?? 0, own: sizes["RssAnon:"] ?? 0, files: sizes["RssFile:"] ?? 0)
  }

  /// Types `q`, and waits for its end.
  func quit() {
    type("q")
    var status: Int32 = 0
    while waitpid(process, &status, WNOHANG) == 0 { _ = answer(within: 0.05) }
    while receive(within: 0) != nil {}
  }
}
