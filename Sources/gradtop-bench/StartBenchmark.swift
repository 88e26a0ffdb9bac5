import Autodiff
import Foundation

/// How long the program takes to start and stop.
enum StartBenchmark {
  static func run(_ names: [String]) throws {
    let path = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
      .appending(path: "gradtop").path
    guard FileManager.default.isExecutableFile(atPath: path) else {
      print("start: build the program first (make build)")
      return
    }
    print("whole processes, median of 50")
    for argument in ["--version", "help"] {
      let times = Samples(values: (0..<50).map { _ in milliseconds(path, argument) })
      report("gradtop \(argument)", "\(fixed(times.median, 1)) ms")
    }
  }

  /// From before the process is made until it is gone.
  private static func milliseconds(_ path: String, _ argument: String) -> Double {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
    defer { posix_spawn_file_actions_destroy(&actions) }
    var arguments: [UnsafeMutablePointer<CChar>?] = [strdup(path), strdup(argument), nil]
    defer { for argument in arguments { free(argument) } }
    let start = MonotonicClock.now()
    var (process, status): (pid_t, Int32) = (0, 0)
    guard posix_spawn(&process, path, &actions, nil, &arguments, environ) == 0 else { return .nan }
    waitpid(process, &status, 0)
    return Double(MonotonicClock.now() - start) / 1e6
  }
}
