import Autodiff
import Foundation
import TraceFormat

/// Kills runs with SIGKILL at random moments, and looks at what they leave.
enum Soak {
  /// Later than this, a step that had ended was lost.
  private static let limit: UInt64 = 100_000_000

  static func run(_ arguments: [String]) throws {
    let rounds = arguments.first.flatMap { Int($0) } ?? 300
    var random = SystemRandomNumberGenerator()
    var (worst, late, failures) = (UInt64(0), 0, 0)
    for round in 1...max(1, rounds) {
      let path = FileManager.default.temporaryDirectory
        .appending(path: "gradtop-soak-\(UUID().uuidString).mcap").path
      defer { try? FileManager.default.removeItem(atPath: path) }
      let arguments = ["run", "--headless", "--steps", "100000000", "--trace", path]
      guard let process = Command.start("gradtop", arguments) else {
        return print("soak: build the program first (make build)")
      }
      usleep(.random(in: 30_000...800_000, using: &random))
      let killed = wallClock()
      kill(process, SIGKILL)
      var status = Int32(0)
      waitpid(process, &status, 0)
      guard let lost = check(path, killed, round) else {
        failures += 1
        continue
      }
      worst = max(worst, lost)
      if lost > limit { late += 1 }
    }
    print(
      "soak: \(rounds) runs killed, \(failures) traces not whole; the last step on disk ended at "
        + "most \(fixed(Double(worst) / 1e6, 0)) ms before the kill, over 100 ms in \(late)")
    if failures > 0 { exit(1) }
  }

  /// Nanoseconds between the end of the last step on disk and the kill, 0 where none was due yet; nil
  /// where the trace is not as it must be.
  private static func check(_ path: String, _ killed: UInt64, _ round: Int) -> UInt64? {
    // Killed before there was a trace.
    guard FileManager.default.fileExists(atPath: path) else { return 0 }
    guard let info = try? TraceInfo(path: path) else {
      print("soak: round \(round): the trace cannot be opened")
      return nil
    }
    let isWhole = info.gaps.isEmpty && !info.ended
    guard let last = info.last, let run = info.run else {
      if !isWhole { print("soak: round \(round): \(info.gaps)") }
      return isWhole ? 0 : nil
    }
    guard isWhole, info.firstStep == 0, UInt64(info.steps) == last.index + 1 else {
      print("soak: round \(round): \(info.steps) steps up to \(last.index), \(info.gaps)")
      return nil
    }
    let end = run.wallClockOrigin + last.start + last.duration
    return killed > end ? killed - end : 0
  }

  private static func wallClock() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
