import Glibc

/// Where the program starts.
@main
struct Gradtop {
  static let version = "0.1.0"

  static func main() {
    // A closed pipe is reported by write(2), not by the end of the process.
    signal(SIGPIPE, SIG_IGN)
    // So is a file that has become as large as it may.
    signal(SIGXFSZ, SIG_IGN)
    unblockSignals()
    exit(run(Array(CommandLine.arguments.dropFirst())).rawValue)
  }

  /// Whoever started the program may have had signals blocked, and that is inherited: a run that
  /// ignores SIGTERM could only be killed, with its trace left open.
  private static func unblockSignals() {
    var signals = sigset_t()
    sigfillset(&signals)
    sigprocmask(SIG_UNBLOCK, &signals, nil)
  }

  /// Runs a command line and turns what goes wrong into a line on standard error.
  static func run(_ words: [String]) -> ExitStatus {
    do throws(Failure) {
      return try dispatch(words)
    } catch {
      printError("gradtop: \(error.description)")
      return error.status
    }
  }

  private static func dispatch(_ words: [String]) throws(Failure) -> ExitStatus {
    guard let first = words.first else {
      try printOutput(HelpPage.overview)
      return .usage
    }
    switch first {
    case "--version", "-V":
      try printOutput("gradtop \(version)\n")
      return .success
    case "help", "--help", "-h": return try help(Array(words.dropFirst()))
    default: break
    }
    guard let command = Command(rawValue: first) else {
      throw Failure(
        .usage, first, "unknown command",
        hint: Suggestion.hint(for: first, among: Command.allCases.map(\.rawValue)))
    }
    let arguments = try Arguments(Array(words.dropFirst()), for: command)
    if arguments.has("--help") {
      try printOutput(HelpPage.page(of: command))
      return .success
    }
    Notes.take(arguments)
    switch command {
    case .run: return try RunCommand(arguments).run()
    case .replay: return try ReplayCommand(arguments, follows: arguments.has("--follow")).run()
    case .tail: return try ReplayCommand(arguments, follows: true).run()
    case .export: return try ExportCommand(arguments).run()
    case .import: return try ImportCommand(arguments).run()
    case .info: return try InfoCommand(arguments).run()
    case .plan: return try PlanCommand(arguments).run()
    case .check: return try CheckCommand(arguments).run()
    case .frame: return try FrameCommand(arguments).run()
    case .themes: return try ThemesCommand(arguments).run()
    case .completion: return try CompletionCommand(arguments).run()
    }
  }

  private static func help(_ words: [String]) throws(Failure) -> ExitStatus {
    guard let word = words.first else {
      try printOutput(HelpPage.overview)
      return .success
    }
    if word == "--man" {
      try printOutput(ManPage.text)
      return .success
    }
    guard let command = Command(rawValue: word) else {
      throw Failure(
        .usage, word, "unknown command",
        hint: Suggestion.hint(for: word, among: Command.allCases.map(\.rawValue)))
    }
    try printOutput(HelpPage.page(of: command))
    return .success
  }
}

/// Writes a line to standard error.
func printError(_ line: String) { writeAll(line + "\n", to: STDERR_FILENO) }

/// Writes all of `text`; returns `errno` where that fails.
@discardableResult
func writeAll(_ text: String, to descriptor: Int32) -> Int32? {
  writeAll(Array(text.utf8), to: descriptor)
}

/// Writes all of `bytes`; returns `errno` where that fails.
func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Int32? {
  var start = 0
  while start < bytes.count {
    let count = bytes[start...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    if count < 0, errno == EINTR { continue }
    guard count > 0 else { return errno }
    start += count
  }
  return nil
}
