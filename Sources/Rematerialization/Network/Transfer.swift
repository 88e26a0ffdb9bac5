/// What it takes to send bytes out of memory and to fetch them back.
public struct Transfer: Equatable, Sendable {
  /// Nanoseconds to send a byte out.
  public var writeTime: Double
  /// Nanoseconds to fetch it back.
  public var readTime: Double
  /// What is smaller stays.
  public var minimumBytes: Int
  /// Whether a processor is free to do it while nodes run.
  public var overlaps: Bool
  /// Nanoseconds to wake another thread, or to be woken by it.
  public var handoff: Double

  /// Times of a byte in both directions.
  public init(
    writeTime: Double, readTime: Double, minimumBytes: Int, overlaps: Bool,
    handoff: Double = 5_000
  ) {
    self.writeTime = writeTime
    self.readTime = readTime
    self.minimumBytes = minimumBytes
    self.overlaps = overlaps
    self.handoff = handoff
  }
}

extension NetworkCosts {
  /// The nodes in whose bytes something stands that a backward reads.
  var readByBackward: Set<Int> {
    var read: Set<Int> = []
    for (index, node) in nodes.enumerated() {
      for need in node.needsInputs + (node.needsResult ? [index] : []) {
        if let storage = storage(need) { read.insert(storage) }
      }
    }
    return read
  }

  /// By node: bytes that leave memory where what it makes for backward goes out.
  func bytesLeaving() -> [Int] {
    guard let transfer else { return nodes.map { _ in 0 } }
    let read = readByBackward
    return nodes.enumerated().map { index, node in
      let parts = [read.contains(index) ? node.result : 0, node.needsExtras ? node.extras : 0]
      return parts.filter { $0 >= transfer.minimumBytes }.reduce(0, +)
    }
  }

  /// Nanoseconds that a step is longer where that goes out and comes back: two words to another thread,
  /// and what the node's own forward and backward do not hide.
  func transferTime(_ node: Int) -> Double {
    guard let transfer, leaving[node] > 0 else { return 0 }
    let (bytes, it) = (Double(leaving[node]), nodes[node])
    let hidden = transfer.overlaps ? (it.forwardTime, it.backwardTime) : (0, 0)
    return 2 * transfer.handoff + max(0, bytes * transfer.writeTime - hidden.0)
      + max(0, bytes * transfer.readTime - hidden.1)
  }
}
