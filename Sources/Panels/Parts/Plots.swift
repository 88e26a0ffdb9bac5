internal import Screen
internal import TraceSession

extension Series {
  /// Points for a curve of `count` dots over the steps `range`.
  func curvePoints(_ count: Int, over range: ClosedRange<Int>) -> [CurvePoint?] {
    guard count > 0 else { return [] }
    return resampled(to: count, over: range).map { block in
      guard let block, block.finite > 0 else { return nil }
      return CurvePoint(
        low: Double(block.min), middle: Double(block.mean), high: Double(block.max))
    }
  }
}

/// The steps that a plot shows: all of them, or fewer around the cursor.
struct StepWindow: Sendable {
  /// How often the number of steps was halved.
  private(set) var level = 0

  /// Fewer steps than these are not worth a closer look.
  private static let fewest = 16

  mutating func zoomIn(_ extent: ClosedRange<Int>?) {
    guard let extent, extent.count >> level > Self.fewest else { return }
    level += 1
  }

  mutating func zoomOut() { level = max(0, level - 1) }

  /// The steps shown of `extent`, the cursor in the middle as far as there are steps.
  func range(of extent: ClosedRange<Int>, around cursor: Int) -> ClosedRange<Int> {
    guard level > 0 else { return extent }
    let count = max(1, min(extent.count, max(Self.fewest, extent.count >> level)))
    let first = max(extent.lowerBound, min(cursor - count / 2, extent.upperBound - count + 1))
    return first...(first + count - 1)
  }
}

extension ClosedRange<Int> {
  /// The column of `width` that shows `step`; nil where none does.
  func column(of step: Int, width: Int) -> Int? {
    guard contains(step), width > 0 else { return nil }
    return Swift.min(width - 1, (step - lowerBound) * width / count)
  }

  /// The step in the middle of a column of `width`.
  func step(at column: Int, width: Int) -> Int {
    guard width > 0 else { return lowerBound }
    return Swift.min(upperBound, lowerBound + count * (2 * column + 1) / (2 * width))
  }
}
