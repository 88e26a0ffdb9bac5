import Autodiff
import Foundation
import TraceFormat
import TraceSession

/// Breaks traces in ways drawn from a seed, and reads them in each way there is.
///
/// A trap prints the seed of its case; `gradtop-bench fuzz SECONDS SEED` begins with it again.
enum Fuzz {
  /// More memory than this is an attack that worked.
  private static let memoryLimit = 1 << 30

  static func run(_ arguments: [String]) throws {
    let seconds = arguments.first.flatMap { Double($0) } ?? 60
    let first =
      arguments.dropFirst().first.flatMap { UInt64($0) }
      ?? UInt64.random(in: 0..<1 << 48)
    print("fuzz: \(fixed(seconds, 0)) s from seed \(first)")
    fflush(nil)
    for number in [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGABRT, SIGALRM] {
      signal(number) { number in Fuzz.die(number) }
    }
    let corpus = FuzzCorpus()
    let path = FileManager.default.temporaryDirectory
      .appending(path: "gradtop-fuzz-\(UUID().uuidString).mcap").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let start = MonotonicClock.now()
    var (seed, steps, gaps) = (first, 0, 0)
    while Double(MonotonicClock.now() - start) < seconds * 1e9 {
      FuzzSeed.current = seed
      alarm(10)
      var mutation = FuzzMutation(seed: seed)
      let bytes = mutation.mutate(corpus)
      try Data(bytes).write(to: URL(filePath: path))
      let seen = FuzzReading.read(path, bytes, &mutation)
      steps += seen.steps
      gaps += seen.gaps
      seed += 1
    }
    alarm(0)
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    print(
      "fuzz: \(seed - first) cases, \(steps) steps and \(gaps) gaps told, "
        + "\(usage.ru_maxrss / 1024) MB at most")
    guard usage.ru_maxrss * 1024 < memoryLimit else {
      print("fuzz: that is too much memory")
      exit(1)
    }
  }

  private static func die(_ number: Int32) {
    var (text, seed): ([UInt8], UInt64) = (Array("\n".utf8), FuzzSeed.current)
    repeat {
      text.append(UInt8(ascii: "0") + UInt8(seed % 10))
      seed /= 10
    } while seed > 0
    let line = Array("fuzz: signal \(number) (14: it hangs) at seed ".utf8) + text.reversed()
    _ = line.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
    _exit(1)
  }
}

/// The case that runs, for whoever reports its end.
enum FuzzSeed {
  nonisolated(unsafe) static var current: UInt64 = 0
}

/// All ways to read a trace.
enum FuzzReading {
  static func read(
    _ path: String, _ bytes: [UInt8], _ mutation: inout FuzzMutation
  ) -> (steps: Int, gaps: Int) {
    var seen = (steps: 0, gaps: 0)
    _ = try? TraceInfo(path: path)
    _ = try? RecordListing.read(path: path) { _ in }
    try? MCAPReader(path: path)?.forEachMessage { _ in }
    _ = try? TraceRepair.repair(path: path, to: MemoryOutput())
    let feed = TraceFeed()
    for piece in mutation.pieces(of: bytes.count) {
      bytes[piece].withUnsafeBytes { feed.append($0, at: UInt64(piece.lowerBound)) }
      if mutation.oneIn(3) { _ = feed.poll(limit: 2) }
    }
    while !feed.poll(limit: 100).isEmpty {}
    guard let file = try? TraceFile(path: path) else { return seen }
    if let index = file.index() {
      for chunk in index.chunks.prefix(50) {
        _ = try? file.items(in: chunk.location)
        _ = try? file.summaries(in: chunk.location)
      }
    }
    let session = Session(opening: file, threshold: 0)
    _ = session.snapshot()
    session.seek(to: mutation.number(below: 100))
    _ = session.snapshot()
    while session.poll(observe: { if case .step = $0 { seen.steps += 1 } }) {}
    _ = session.snapshot()
    seen.gaps = session.gaps.count
    return seen
  }
}
