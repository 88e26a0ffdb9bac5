import Foundation
import Glibc
import Testing

/// What a finished command left.
struct Outcome {
  var status: Int32
  var output: String
  var errors: String

  var lines: [Substring] { output.split(whereSeparator: \.isNewline) }

  /// The keys of `key: value` lines on standard output.
  var keys: [Substring] { lines.compactMap { $0.split(separator: ":").first } }
}

/// The built program, started in a folder of its own.
struct Gradtop {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// The root of the repository.
  static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../..").standardized

  /// The program, beside the bundle of tests where it is there.
  static var executable: URL {
    let beside = Bundle.main.bundleURL.appending(path: "gradtop")
    if FileManager.default.isExecutableFile(atPath: beside.path) { return beside }
    return root.appending(path: ".build/debug/gradtop")
  }

  /// The path of a file in `traces`.
  static func sample(_ name: String) -> String { root.appending(path: "traces/\(name)").path }

  /// A process that has yet to be started, silent and without input.
  func process(_ arguments: [String]) -> Process {
    let process = Process()
    process.executableURL = Self.executable
    process.arguments = arguments
    process.currentDirectoryURL = folder.url
    // Whoever runs the tests may have set up colors and a configuration.
    var environment = ProcessInfo.processInfo.environment
    environment["NO_COLOR"] = nil
    environment["XDG_CONFIG_HOME"] = folder.url.path
    process.environment = environment
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    return process
  }

  /// Starts a command whose standard streams go to files named `name`.
  func start(_ arguments: [String], streams name: String) throws -> Process {
    let process = process(arguments)
    let output = try folder.create(name + ".out")
    let errors = try folder.create(name + ".err")
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    try output.close()
    try errors.close()
    return process
  }

  /// Waits for the end of a command that `start` started.
  func finish(_ process: Process, streams name: String) -> Outcome {
    process.waitUntilExit()
    return Outcome(
      status: process.terminationStatus, output: folder.text(name + ".out"),
      errors: folder.text(name + ".err"))
  }

  /// Runs a command to its end.
  func run(_ arguments: String...) throws -> Outcome {
    let name = UUID().uuidString
    return finish(try start(arguments, streams: name), streams: name)
  }
}

/// Polls until `condition` holds; false where 20 seconds were not enough.
func eventually(_ condition: () throws -> Bool) rethrows -> Bool {
  let clock = ContinuousClock()
  let deadline = clock.now + .seconds(20)
  while clock.now < deadline {
    if try condition() { return true }
    _ = poll(nil, 0, 20)
  }
  return try condition()
}
