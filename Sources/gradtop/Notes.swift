import Synchronization

/// How much a command says beside what it was asked for.
enum Notes {
  private static let quiet = Atomic<Bool>(false)
  private static let verbose = Atomic<Bool>(false)

  /// Whether nothing is said but what ends the command.
  static var areQuiet: Bool { quiet.load(ordering: .relaxed) }
  /// Whether it is told how things were done.
  static var areVerbose: Bool { verbose.load(ordering: .relaxed) }

  /// Takes `--quiet` and `--verbose`.
  static func take(_ arguments: Arguments) {
    quiet.store(arguments.has("--quiet"), ordering: .relaxed)
    verbose.store(arguments.has("--verbose"), ordering: .relaxed)
  }
}

/// Writes a line to standard error, unless `--quiet` is given: what a status tells, too.
func printNote(_ line: String) {
  if !Notes.areQuiet { printError(line) }
}

/// Writes a line to standard error where `--verbose` is given.
func printDetail(_ line: @autoclosure () -> String) {
  if Notes.areVerbose { printError("gradtop: \(line())") }
}
