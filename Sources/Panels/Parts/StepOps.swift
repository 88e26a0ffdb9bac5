internal import TraceFormat
internal import TraceSession

/// One op of a step on the step's clock.
struct StepOp: Sendable {
  /// Its row in the step's op columns.
  var row: Int
  var node: UInt32
  var phase: Phase
  /// Nanoseconds from the step's start.
  var start: UInt64
  var duration: UInt64

  var end: UInt64 { start &+ duration }
}

extension Step {
  /// Its ops, in the order in which they ran; rows of unknown phases are left out.
  var opList: [StepOp] {
    guard ops.duration.count == ops.node.count, ops.phase.count == ops.node.count else { return [] }
    let ends = opEnds
    return ops.node.indices.compactMap { row in
      guard let phase = Phase(rawValue: ops.phase[row]) else { return nil }
      let duration = ops.duration[row]
      return StepOp(
        row: row, node: ops.node[row], phase: phase, start: ends[row] &- min(duration, ends[row]),
        duration: duration)
    }
  }
}

/// Live bytes of a step by category, op by op.
struct MemoryCurve: Sendable {
  /// A category with its bytes at each moment.
  struct Category: Sendable {
    var name: String
    var bytes: [UInt64]
  }

  /// The op row of each moment.
  var rows: [Int]
  /// Those that were measured, the steadiest first.
  var categories: [Category]
  /// Bytes of all categories, at each moment.
  var totals: [UInt64]

  /// The memory columns of a step.
  init(_ step: Step?) {
    let columns = step?.memory ?? MemoryColumns()
    rows = columns.row.map { Int($0) }
    let all: [(String, [UInt64])] = [
      ("parameter", columns.parameter), ("optimizer", columns.optimizerState),
      ("input", columns.input), ("gradient", columns.gradient),
      ("activation", columns.activation), ("temporary", columns.temporary),
      ("allocated", columns.total),
    ]
    let count = columns.row.count
    categories = all.filter { $0.1.count == count && count > 0 }.map(Category.init)
    var totals = Array(repeating: UInt64(0), count: count)
    for category in categories {
      for index in totals.indices { totals[index] &+= category.bytes[index] }
    }
    self.totals = totals
  }

  /// The moment with the most bytes; nil without any.
  var peak: Int? { totals.indices.max { (totals[$0], -$0) < (totals[$1], -$1) } }
}

/// A tensor that is kept for backward, as it lies in memory at some moment.
struct HeldTensor: Sendable {
  var name: String
  var bytes: UInt64
  /// The node whose backward is the last to read it.
  var until: String
}

extension Snapshot {
  /// What is kept for backward while the op at `row` runs, the largest first, each storage once.
  func heldTensors(at row: Int) -> [HeldTensor] {
    guard let step else { return [] }
    var forward: [UInt32: Int] = [:]
    var backward: [UInt32: Int] = [:]
    for op in step.opList {
      // Of several micro-batches, the one that the row belongs to.
      if op.phase == .forward || op.phase == .recompute, op.row <= row { forward[op.node] = op.row }
      if op.phase == .backward, op.row >= row, backward[op.node] == nil {
        backward[op.node] = op.row
      }
    }
    var byStorage: [UInt32: HeldTensor] = [:]
    for tensor in graph.graph.tensors {
      guard tensor.isFromBatch || forward[tensor.producer] != nil else { continue }
      let readers = tensor.neededBy.compactMap { id in backward[id].map { (row: $0, id: id) } }
      guard let last = readers.max(by: { $0.row < $1.row }) else { continue }
      let held = HeldTensor(
        name: tensor.isFromBatch ? "batch or weights" : graph.name(ofNode: tensor.producer),
        bytes: tensor.bytes, until: graph.name(ofNode: last.id))
      if held.bytes > byStorage[tensor.storage]?.bytes ?? 0 { byStorage[tensor.storage] = held }
    }
    return byStorage.sorted { ($1.value.bytes, $0.key) < ($0.value.bytes, $1.key) }.map(\.value)
  }
}
