import Autodiff
import Foundation

/// A run of a program that was built beside this one.
enum Command {
  /// Where it is; nil where it was not built.
  static func path(of program: String) -> String? {
    let path = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
      .appending(path: program).path
    return FileManager.default.isExecutableFile(atPath: path) ? path : nil
  }

  /// Starts it, silent, in a process of its own; nil where that fails.
  static func start(_ program: String, _ arguments: [String]) -> pid_t? {
    guard let path = path(of: program) else { return nil }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] {
      posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
    }
    defer { posix_spawn_file_actions_destroy(&actions) }
    var words: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    var process = pid_t()
    return posix_spawn(&process, path, &actions, nil, &words, environ) == 0 ? process : nil
  }

  /// Runs it to its end: seconds, and the most memory that it had.
  static func run(_ program: String, _ arguments: [String]) -> (seconds: Double, peakBytes: Int)? {
    forgetPeak()
    let start = MonotonicClock.now()
    guard let process = Self.start(program, arguments) else { return nil }
    var (status, usage) = (Int32(0), rusage())
    wait4(process, &status, 0, &usage)
    return (Double(MonotonicClock.now() - start) / 1e9, usage.ru_maxrss * 1024)
  }

  /// Resets the most memory that this process had, as far as Linux lets it: a process that is started
  /// inherits that figure, so that what a benchmark needed would count as the program's.
  private static func forgetPeak() {
    let descriptor = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    _ = write(descriptor, "5", 1)
    close(descriptor)
  }
}
