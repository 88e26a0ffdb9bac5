/// Samples and what is to be said of each, in memory.
public struct Dataset: Sendable {
  /// What a network should answer.
  public enum Targets: Equatable, Sendable {
    /// Numbers, `shape` for each sample.
    case values([Float], shape: [Int])
    /// A class for each sample, 0 ..< count.
    case classes([Int32], count: Int)
  }

  /// Sample by sample.
  public var inputs: [Float]
  /// Sizes of one sample.
  public var inputShape: [Int]
  /// What each sample should give.
  public var targets: Targets
  /// How many samples there are.
  public var count: Int
}

extension Dataset {
  /// Copies the samples at `indices`, one after the other, to where a batch goes.
  func gather(
    _ indices: UnsafeBufferPointer<Int32>, inputs: UnsafeMutablePointer<Float>?,
    targets: UnsafeMutablePointer<Float>?, classes: UnsafeMutablePointer<Int32>?
  ) {
    if let inputs {
      let width = inputShape.reduce(1, *)
      self.inputs.withUnsafeBufferPointer { copyRows($0, width: width, indices, to: inputs) }
    }
    switch self.targets {
    case .values(let values, let shape):
      guard let targets else { return }
      let width = shape.reduce(1, *)
      values.withUnsafeBufferPointer { copyRows($0, width: width, indices, to: targets) }
    case .classes(let numbers, _):
      guard let classes else { return }
      for (row, index) in indices.enumerated() { classes[row] = numbers[Int(index)] }
    }
  }

  private func copyRows(
    _ source: UnsafeBufferPointer<Float>, width: Int, _ indices: UnsafeBufferPointer<Int32>,
    to destination: UnsafeMutablePointer<Float>
  ) {
    guard let first = source.baseAddress else { return }
    for (row, index) in indices.enumerated() {
      (destination + row * width).update(from: first + Int(index) * width, count: width)
    }
  }
}
