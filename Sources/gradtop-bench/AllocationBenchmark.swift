import CAllocations
import TraceFormat
import Training

/// How often a step asks for memory, by who asks.
enum AllocationBenchmark {
  private static let few = 50
  private static let many = 1050

  static func run(_ names: [String]) throws {
    print("calls of malloc on the training thread, for each step after the first")
    // Beginning and end of a training cost the same whatever its length.
    let (short, long) = (try counts(few), try counts(many))
    let steps = Double(many - few)
    for (name, index) in [("gradtop", 0), ("oneDNN", 1), ("OpenMP", 2), ("others", 3)] {
      report(name, fixed((Double(long[index]) - Double(short[index])) / steps, 3))
    }
  }

  /// Calls by caller while a recorded training of so many steps ran.
  private static func counts(_ steps: Int) throws -> [UInt64] {
    var digits = try Subject.digits(steps: steps)
    var recording = RecordingOptions(output: MemoryOutput())
    recording.normsEvery = 10
    allocations_start()
    _ = digits.trainer.run(recording: recording)
    allocations_stop()
    return (0..<4).map { allocations_of($0) }
  }
}
