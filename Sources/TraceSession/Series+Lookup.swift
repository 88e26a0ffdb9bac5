extension Series {
  /// Whether there is no value.
  public var isEmpty: Bool { lastStep == nil }

  /// The least finite value; nil where there is none.
  public var minimum: Float? {
    blocks.lazy.filter { $0.finite > 0 }.map(\.min).min()
  }

  /// The greatest finite value; nil where there is none.
  public var maximum: Float? {
    blocks.lazy.filter { $0.finite > 0 }.map(\.max).max()
  }

  /// What is known of the steps around `step`: of itself alone while the stride is 1; nil where
  /// nothing is.
  public func value(at step: Int) -> Block? {
    guard step >= origin, let lastStep, step <= lastStep else { return nil }
    let index = (step - origin) / stride
    guard index < blocks.count, blocks[index].count > 0 else { return nil }
    return blocks[index]
  }

  /// The series over the steps `range` as `count` buckets of equal width, for a plot.
  ///
  /// A bucket holds what is known of the blocks that it touches, so an extreme is never lost, and
  /// stands in two buckets where its block lies in both; where there are more buckets than steps, a
  /// step fills several. One without values is nil.
  public func resampled(to count: Int, over range: ClosedRange<Int>) -> [Block?] {
    guard count > 0 else { return [] }
    guard let lastStep else { return Array(repeating: nil, count: count) }
    let lower = Double(range.lowerBound)
    let width = (Double(range.upperBound) - lower + 1) / Double(count)
    return (0..<count).map { bucket in
      let start = lower + (Double(bucket) * width).rounded(.down)
      let end =
        bucket == count - 1
        ? Double(range.upperBound) : lower + (Double(bucket + 1) * width).rounded(.down) - 1
      let low = Swift.max(start, Double(origin))
      let high = Swift.min(Swift.max(start, end), Double(lastStep))
      return low <= high ? merged(Int(low)...Int(high)) : nil
    }
  }

  private func merged(_ steps: ClosedRange<Int>) -> Block? {
    let low = (steps.lowerBound - origin) / stride
    let high = Swift.min((steps.upperBound - origin) / stride, blocks.count - 1)
    guard low <= high else { return nil }
    var result = Block.empty
    for block in blocks[low...high] where block.count > 0 { result.add(block) }
    return result.count > 0 ? result : nil
  }
}
