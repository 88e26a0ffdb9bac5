import Diagnosis
import Synchronization
import Training

/// A model of the corpus that is still to be trained and judged.
struct CorpusJob: Sendable {
  var name: String
  /// The model file.
  var text: String
  /// The share of its first loss that it must come below to count as one that learns.
  var level: Double
  /// What guessing costs, if that is known.
  var chance: Double?
  /// Steps from one with columns to the next.
  var normsEvery = 1

  private struct Ledger {
    var next = 0
    var runs: [CorpusRun?]
    var error: TrainingError?
  }

  /// Does all jobs on `workers` threads; what comes of each depends on it alone.
  static func run(
    _ jobs: [CorpusJob], _ rules: RuleSet, workers: Int,
    _ progress: @escaping @Sendable (Int) -> Void
  ) throws(TrainingError) -> [CorpusRun] {
    let ledger = SharedLedger(Ledger(runs: Array(repeating: nil, count: jobs.count)))
    let threads = (0..<max(1, workers)).compactMap { _ in
      WorkerThread {
        while let index = ledger.take(of: jobs.count) {
          progress(index)
          ledger.keep(index) { () throws(TrainingError) in try CorpusRun(jobs[index], rules) }
        }
      }
    }
    for thread in threads { thread.join() }
    let (runs, error) = ledger.content
    if let error { throw error }
    return runs
  }

  /// Which jobs are taken, and what came of them.
  private final class SharedLedger: Sendable {
    private let ledger: Mutex<Ledger>

    init(_ ledger: Ledger) { self.ledger = Mutex(ledger) }

    func take(of count: Int) -> Int? {
      ledger.withLock { ledger in
        guard ledger.next < count, ledger.error == nil else { return nil }
        defer { ledger.next += 1 }
        return ledger.next
      }
    }

    func keep(_ index: Int, _ run: () throws(TrainingError) -> CorpusRun) {
      do {
        let run = try run()
        ledger.withLock { $0.runs[index] = run }
      } catch {
        ledger.withLock { $0.error = error }
      }
    }

    var content: (runs: [CorpusRun], error: TrainingError?) {
      ledger.withLock { ($0.runs.compactMap { $0 }, $0.error) }
    }
  }
}
