/// Samples and what is to be said of each, in memory.
public struct Dataset: Sendable {
  /// What a network should answer.
  public enum Targets: Equatable, Sendable {
    /// Nothing: for losses of the output alone.
    case none
    /// Numbers, `shape` for each sample.
    case values([Float], shape: [Int])
    /// Classes, 0 ..< count, `shape` for each sample: `[]` is one, `[T]` one for each time step.
    case classes([Int32], shape: [Int] = [], count: Int)
  }

  /// Sample by sample.
  public var inputs: [Float]
  /// Sizes of one sample.
  public var inputShape: [Int]
  /// What each sample should give.
  public var targets: Targets
  /// How many samples there are.
  public var count: Int
  /// How far apart samples begin, in elements of inputs and of targets; nil: one behind the other.
  ///
  /// Windows over a text overlap.
  public var stride: Int?
  /// How many different tokens inputs may be, where the kind of data says so.
  var tokens: Int?
}

extension Dataset {
  /// One more than the largest input, where all are whole numbers from 0; nil where they are not.
  var tokenCount: Int? { tokens ?? Self.tokens(in: inputs) }

  /// One more than the largest of `numbers`, where all are whole numbers from 0; nil where not.
  static func tokens(in numbers: [Float]) -> Int? {
    var largest = Float(-1)
    for number in numbers {
      // From 2²⁴ on a Float no longer tells neighbours apart.
      guard number >= 0, number < 0x1p24, number == number.rounded() else { return nil }
      largest = max(largest, number)
    }
    return Int(largest) + 1
  }
}

extension Dataset {
  /// Copies the samples at `indices`, one after the other, to where a batch goes.
  func gather(
    _ indices: UnsafeBufferPointer<Int32>, inputs: UnsafeMutablePointer<Float>?,
    targets: UnsafeMutablePointer<Float>?, classes: UnsafeMutablePointer<Int32>?
  ) {
    if let inputs {
      self.inputs.withUnsafeBufferPointer { copyRows($0, inputShape, indices, to: inputs) }
    }
    switch self.targets {
    case .none: return
    case .values(let values, let shape):
      guard let targets else { return }
      values.withUnsafeBufferPointer { copyRows($0, shape, indices, to: targets) }
    case .classes(let numbers, let shape, _):
      guard let classes else { return }
      numbers.withUnsafeBufferPointer { copyRows($0, shape, indices, to: classes) }
    }
  }

  private func copyRows<Number>(
    _ source: UnsafeBufferPointer<Number>, _ shape: [Int],
    _ indices: UnsafeBufferPointer<Int32>, to destination: UnsafeMutablePointer<Number>
  ) {
    guard let first = source.baseAddress else { return }
    let width = shape.reduce(1, *)
    let stride = stride ?? width
    for (row, index) in indices.enumerated() {
      (destination + row * width).update(from: first + Int(index) * stride, count: width)
    }
  }
}
