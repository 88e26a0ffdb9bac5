/// What is kept for backward, by tensor and by node.
struct SavedTensors {
  struct Entry {
    var tensor: TensorID
    var bytes: Int
    var producer: NodeID?
    var isFromBatch: Bool
  }

  private(set) var tensors: [SavedTensor] = []
  /// For each node, in order: positions in `tensors`.
  private(set) var byNode: [[Int]] = []
  private var positions: [TensorID: Int] = [:]

  /// Notes what the next node's backward reads.
  mutating func add(_ entries: [Entry], neededBy node: NodeID) {
    var list: [Int] = []
    for entry in entries {
      let position = positions[entry.tensor] ?? tensors.count
      if position == tensors.count {
        positions[entry.tensor] = position
        tensors.append(
          SavedTensor(
            storage: entry.tensor.index, bytes: entry.bytes, producer: entry.producer,
            isFromBatch: entry.isFromBatch, neededBy: []))
      }
      tensors[position].neededBy.append(node)
      if !list.contains(position) { list.append(position) }
    }
    byNode.append(list)
  }
}

/// First and last use of each tensor, by kernel.
struct TensorUses {
  private(set) var first: [Int: Int] = [:]
  private(set) var last: [Int: Int] = [:]

  mutating func note(_ tensor: TensorID, at time: Int) {
    first[tensor.index] = min(first[tensor.index] ?? time, time)
    last[tensor.index] = max(last[tensor.index] ?? time, time)
  }
}
