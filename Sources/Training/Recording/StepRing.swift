internal import Autodiff
import Synchronization

/// Steps on their way from the training thread to the writer: slots allocated once, filled by one
/// thread and emptied by another, without a lock, an allocation or a system call.
final class StepRing: @unchecked Sendable {
  /// What one step was.
  struct Slot {
    var index = 0
    var start: UInt64 = 0
    var duration: UInt64 = 0
    var learningRate = 0.0
    var samples = 0
    var result = StepResult()
    var isMeasured = false
    /// Start and end of each row.
    let times: UnsafeMutablePointer<UInt64>
    let parameters: UnsafeMutablePointer<UpdateSums>
    let outputs: UnsafeMutablePointer<OutputReading>

    /// Moves the ops of a step that was inspected together, as they would have run.
    mutating func leaveOutWaiting(rows: Int) {
      var end = start + result.phases.data
      for row in 0..<rows {
        let length = times[2 * row + 1] &- times[2 * row]
        times[2 * row] = end
        end += length
        times[2 * row + 1] = end
      }
      duration = end - start
    }
  }

  private let slots: UnsafeMutableBufferPointer<Slot>
  /// Rows that a step may have.
  let rows: Int
  private let filled = Atomic<Int>(0)
  private let emptied = Atomic<Int>(0)

  /// The memory that all slots may take.
  static let budget = 32 << 20

  init(rows: Int, parameters: Int, readings: Int) {
    self.rows = rows
    let bytes =
      MemoryLayout<Slot>.stride + 16 * rows + MemoryLayout<UpdateSums>.stride * parameters
      + MemoryLayout<OutputReading>.stride * readings
    let count = min(4096, max(8, Self.budget / bytes))
    slots = .allocate(capacity: count)
    for index in 0..<count {
      let slot = Slot(
        times: .allocate(capacity: max(1, 2 * rows)),
        parameters: .allocate(capacity: max(1, parameters)),
        outputs: .allocate(capacity: max(1, readings)))
      slot.times.initialize(repeating: 0, count: max(1, 2 * rows))
      slot.parameters.initialize(repeating: UpdateSums(), count: max(1, parameters))
      slot.outputs.initialize(repeating: OutputReading(), count: max(1, readings))
      (slots.baseAddress.map { $0 + index })?.initialize(to: slot)
    }
  }

  deinit {
    for slot in slots {
      slot.times.deallocate()
      slot.parameters.deallocate()
      slot.outputs.deallocate()
    }
    slots.deallocate()
  }

  /// How many steps it holds.
  var capacity: Int { slots.count }

  /// A slot to fill; nil where the writer has fallen behind by all of them.
  func claim() -> UnsafeMutablePointer<Slot>? {
    let next = filled.load(ordering: .relaxed)
    guard next - emptied.load(ordering: .acquiring) < slots.count else { return nil }
    return slots.baseAddress.map { $0 + next % slots.count }
  }

  /// Hands the claimed slot to the writer.
  func publish() {
    filled.store(filled.load(ordering: .relaxed) + 1, ordering: .releasing)
  }

  /// The oldest filled slot; nil where there is none.
  func next() -> UnsafeMutablePointer<Slot>? {
    let position = emptied.load(ordering: .relaxed)
    guard position < filled.load(ordering: .acquiring) else { return nil }
    return slots.baseAddress.map { $0 + position % slots.count }
  }

  /// Gives the slot of `next` back.
  func release() {
    emptied.store(emptied.load(ordering: .relaxed) + 1, ordering: .releasing)
  }
}
