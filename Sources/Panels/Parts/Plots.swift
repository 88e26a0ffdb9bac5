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
  /// Steps that somebody dragged the pointer over; nil: `level` tells.
  private var chosen: ClosedRange<Int>?

  /// Fewer steps than these are not worth a closer look.
  private static let fewest = 16

  var isZoomed: Bool { level > 0 || chosen != nil }

  mutating func zoomIn(_ extent: ClosedRange<Int>?) {
    if let steps = chosen {
      guard steps.count > Self.fewest else { return }
      let count = max(Self.fewest, steps.count / 2)
      let first = steps.lowerBound + (steps.count - count) / 2
      chosen = first...(first + count - 1)
      return
    }
    guard let extent, extent.count >> level > Self.fewest else { return }
    level += 1
  }

  mutating func zoomOut() {
    if chosen != nil { chosen = nil } else { level = max(0, level - 1) }
  }

  /// Shows these steps alone.
  mutating func choose(_ steps: ClosedRange<Int>) { chosen = steps }

  /// The steps shown of `extent`, the cursor in the middle as far as there are steps.
  func range(of extent: ClosedRange<Int>, around cursor: Int) -> ClosedRange<Int> {
    if let chosen, chosen.contains(cursor) { return chosen.clamped(to: extent) }
    guard isZoomed else { return extent }
    let wanted = chosen?.count ?? max(Self.fewest, extent.count >> level)
    let count = max(1, min(extent.count, wanted))
    let first = max(extent.lowerBound, min(cursor - count / 2, extent.upperBound - count + 1))
    return first...(first + count - 1)
  }
}

extension Rect {
  /// The columns from `origin` to `point`, counted from its left; nil where `origin` lies outside, or
  /// where there is only one.
  func columns(from origin: Point, to point: Point) -> ClosedRange<Int>? {
    guard contains(origin) else { return nil }
    let end = max(x, min(right - 1, point.x))
    guard end != origin.x else { return nil }
    return (min(origin.x, end) - x)...(max(origin.x, end) - x)
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
