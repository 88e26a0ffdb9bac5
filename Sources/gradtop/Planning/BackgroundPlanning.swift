import Diagnosis
import Panels
import Synchronization
import TraceSession
import Training

/// Plans for the network of a session on a thread of its own, so that no key waits for it.
final class BackgroundPlanning: Sendable {
  private struct State {
    var planning = MemoryPlanning.State.unasked { didSet { version += 1 } }
    var version = 0
    var isRunning = false
    var isCancelled = false
    /// Steps that were measured when planning began.
    var steps: UInt64 = 0
  }

  /// Where files of the model may lie.
  private let folders: [String]
  private let state = Mutex(State())
  /// Held while kernels are made.
  private let packing = Mutex(())

  /// - Parameter folders: Where the files that the model names may lie.
  init(folders: [String]) { self.folders = folders }

  /// How far it is.
  var current: MemoryPlanning.State { state.withLock { $0.planning } }

  /// Another number whenever `current` is something else.
  var version: Int { state.withLock { $0.version } }

  /// Whether it is on its way.
  var isRunning: Bool { state.withLock { $0.isRunning } }

  /// Begins to plan, where that was not done yet, or where far more steps are measured by now.
  func begin(_ snapshot: Snapshot) {
    let steps = snapshot.totals.steps
    let isDue = state.withLock { state in
      guard !state.isRunning, state.steps == 0 || steps >= 16 * state.steps else { return false }
      guard steps >= TracePlanning.leastSteps else {
        state.planning = .waiting("\(steps) of \(TracePlanning.leastSteps) steps are measured")
        return false
      }
      if case .ready = state.planning {} else { state.planning = .running }
      (state.isRunning, state.steps) = (true, steps)
      return true
    }
    guard isDue else { return }
    let thread = WorkerThread { [self] in plan(snapshot) }
    if thread == nil { finish(.failed("no thread is left to plan on")) }
  }

  /// Lets nothing of it go on that may not run at the end of the process.
  func cancel() {
    state.withLock { $0.isCancelled = true }
    packing.withLock { _ in }
  }

  private func plan(_ snapshot: Snapshot) {
    do {
      let planning = try TracePlanning(
        snapshot, place: "", folders: folders, around: { [self] in guarded($0) })
      let frontier = try planning.memoryFrontier { tell(.ready($0)) }
      finish(.ready(frontier))
    } catch {
      finish(.failed(error.what))
    }
  }

  /// Runs `pack` unless the process ends.
  private func guarded(_ pack: () -> Void) {
    packing.withLock { _ in
      if !state.withLock({ $0.isCancelled }) { pack() }
    }
  }

  private func tell(_ planning: MemoryPlanning.State) { state.withLock { $0.planning = planning } }

  private func finish(_ planning: MemoryPlanning.State) {
    state.withLock { ($0.planning, $0.isRunning) = (planning, false) }
  }
}
