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

  /// The least and the greatest value above 0 of the blocks that touch `steps`; nil where there is
  /// none.
  ///
  /// Of a block with values on both sides of 0, only the greatest is known to be above it.
  public func positiveExtremes(over steps: ClosedRange<Int>) -> ClosedRange<Float>? {
    let low = Swift.max(0, (steps.lowerBound - origin) / stride)
    let high = Swift.min(blocks.count - 1, (steps.upperBound - origin) / stride)
    guard steps.upperBound >= origin, low <= high else { return nil }
    var (least, greatest) = (Float.infinity, -Float.infinity)
    for block in blocks[low...high] where block.max > 0 {
      least = Swift.min(least, block.min > 0 ? block.min : block.max)
      greatest = Swift.max(greatest, block.max)
    }
    return least <= greatest ? least...greatest : nil
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
    // One division for all: a frame goes through all blocks of what it draws.
    var (least, greatest, sum) = (Float.infinity, -Float.infinity, 0.0)
    var (count, nonFinite): (UInt64, UInt64) = (0, 0)
    for block in blocks[low...high] where block.count > 0 {
      count += UInt64(block.count)
      nonFinite += UInt64(block.nonFinite)
      guard block.finite > 0 else { continue }
      (least, greatest) = (Swift.min(least, block.min), Swift.max(greatest, block.max))
      sum += Double(block.mean) * Double(block.finite)
    }
    guard count > 0 else { return nil }
    let mean = Float(sum / Double(count - nonFinite))
    let isMeasured = nonFinite < count
    return Block(
      min: isMeasured ? least : .nan, mean: mean, max: isMeasured ? greatest : .nan,
      count: UInt32(clamping: count), nonFinite: UInt32(clamping: nonFinite))
  }
}
