import Autodiff

/// Which samples make which batch.
///
/// Unshuffled, batch k is rows k·B … k·B+B-1, wrapping round. Shuffled, the stream of samples is one
/// permutation for each epoch after the other; each follows from seed and epoch alone, so that any
/// batch can be asked for.
struct BatchSampler {
  private let count: Int
  private let shuffles: Bool
  private let seed: UInt64
  private var order: [Int32]
  private var epoch = -1
  private var batch: [Int32]

  init(count: Int, batchSize: Int, shuffles: Bool, seed: UInt64) {
    precondition(count > 0 && batchSize > 0)
    self.count = count
    self.shuffles = shuffles
    self.seed = seed
    order = (0..<Int32(count)).map { $0 }
    batch = Array(repeating: 0, count: batchSize)
  }

  /// Hands the samples of batch `index` to `body`.
  mutating func withBatch<R>(_ index: Int, _ body: (UnsafeBufferPointer<Int32>) -> R) -> R {
    let first = index * batch.count
    for row in batch.indices {
      let position = first + row
      if shuffles, position / count != epoch { shuffle(epoch: position / count) }
      batch[row] = order[position % count]
    }
    return batch.withUnsafeBufferPointer(body)
  }

  private mutating func shuffle(epoch: Int) {
    self.epoch = epoch
    for index in order.indices { order[index] = Int32(index) }
    var stream = RandomStream(seed: seed, name: "epoch \(epoch)")
    order.withUnsafeMutableBufferPointer { stream.shuffle($0) }
  }
}
