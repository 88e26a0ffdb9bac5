/// Columns and rows.
public struct Size: Hashable, Sendable {
  /// Columns.
  public var width: Int
  /// Rows.
  public var height: Int

  /// So many columns and rows; negative counts are 0.
  public init(width: Int, height: Int) {
    self.width = max(0, width)
    self.height = max(0, height)
  }
}

/// A cell's place, counted from the top left.
public struct Point: Hashable, Sendable {
  /// Column.
  public var x: Int
  /// Row.
  public var y: Int

  /// The cell in column `x` of row `y`.
  public init(x: Int, y: Int) {
    self.x = x
    self.y = y
  }
}

/// A rectangle of cells; empty ones are allowed, so that drawing clips and never traps.
public struct Rect: Hashable, Sendable {
  /// The left column.
  public var x: Int
  /// The top row.
  public var y: Int
  /// Columns.
  public var width: Int
  /// Rows.
  public var height: Int

  /// A rectangle; negative sizes are 0.
  public init(x: Int, y: Int, width: Int, height: Int) {
    self.x = x
    self.y = y
    self.width = max(0, width)
    self.height = max(0, height)
  }

  /// The column after the last.
  public var right: Int { x + width }
  /// The row after the last.
  public var bottom: Int { y + height }
  /// Whether there is no cell in it.
  public var isEmpty: Bool { width == 0 || height == 0 }

  /// Whether `point` lies in it.
  public func contains(_ point: Point) -> Bool {
    (x..<right).contains(point.x) && (y..<bottom).contains(point.y)
  }

  /// What both have.
  public func intersection(_ other: Rect) -> Rect {
    let (left, top) = (max(x, other.x), max(y, other.y))
    return Rect(
      x: left, y: top, width: min(right, other.right) - left,
      height: min(bottom, other.bottom) - top)
  }

  /// Without `dx` columns and `dy` rows at each side.
  public func inset(_ dx: Int = 1, _ dy: Int = 1) -> Rect {
    Rect(
      x: x + min(dx, width), y: y + min(dy, height), width: width - 2 * dx, height: height - 2 * dy)
  }

  /// The row at `index`, counted from the top; empty where there is none.
  public func row(_ index: Int) -> Rect {
    Rect(x: x, y: y + index, width: width, height: (0..<height).contains(index) ? 1 : 0)
  }
}

/// How much of a side a part gets.
public enum Extent: Sendable {
  /// So many cells, as long as there are any.
  case cells(Int)
  /// A share of what is left, in proportion.
  case share(Int)
}

extension Rect {
  /// Cuts it into columns, from left to right.
  public func columns(_ extents: Extent...) -> [Rect] {
    var left = x
    return Self.lengths(extents, in: width).map { length in
      defer { left += length }
      return Rect(x: left, y: y, width: length, height: height)
    }
  }

  /// Cuts it into rows, from top to bottom.
  public func rows(_ extents: Extent...) -> [Rect] {
    var top = y
    return Self.lengths(extents, in: height).map { length in
      defer { top += length }
      return Rect(x: x, y: top, width: width, height: length)
    }
  }

  private static func lengths(_ extents: [Extent], in total: Int) -> [Int] {
    var (left, shares) = (total, 0)
    var lengths = extents.map { extent -> Int in
      guard case .cells(let wanted) = extent else { return 0 }
      let length = min(max(0, wanted), left)
      left -= length
      return length
    }
    for case .share(let share) in extents { shares += max(0, share) }
    for (index, extent) in extents.enumerated() {
      guard case .share(let share) = extent, shares > 0 else { continue }
      lengths[index] = left * max(0, share) / shares
      left -= lengths[index]
      shares -= max(0, share)
    }
    return lengths
  }
}
