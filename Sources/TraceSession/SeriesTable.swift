/// Series by node or parameter id.
public struct SeriesTable: Sendable {
  /// In the order in which they came.
  public private(set) var ids: [UInt32] = []
  private var series: [Series] = []
  private var slots: [UInt32: Int] = [:]
  /// The slot of each row of the last step: the next one mostly has the same ids.
  private var slotsOfRows: [Int] = []
  private let capacity: Int

  /// No series, and room for `capacity` blocks in each.
  public init(capacity: Int = 2) {
    self.capacity = capacity
  }

  /// Whether there are no series.
  public var isEmpty: Bool { ids.isEmpty }

  /// The series of `id`; nil where there is none.
  public subscript(id: UInt32) -> Series? {
    slots[id].map { series[$0] }
  }

  /// Adds the value that stood in `row` of a step's columns.
  mutating func append(_ id: UInt32, row: Int, step: Int, value: Float) {
    series[slot(of: id, row: row)].append(step: step, value: value)
  }

  /// Adds what is known of `steps`.
  mutating func append(
    _ id: UInt32, row: Int, _ block: Series.Block, _ steps: ClosedRange<Int>, stride: Int
  ) {
    series[slot(of: id, row: row)].append(block, steps, stride: stride)
  }

  /// Says what the value of `step` is, where it is the earliest or the newest one.
  mutating func note(_ id: UInt32, step: Int, value: Float) {
    if let slot = slots[id] { series[slot].note(step: step, value: value) }
  }

  private mutating func slot(of id: UInt32, row: Int) -> Int {
    if row < slotsOfRows.count, ids[slotsOfRows[row]] == id { return slotsOfRows[row] }
    let slot = slots[id] ?? ids.count
    if slot == ids.count {
      slots[id] = slot
      ids.append(id)
      series.append(Series(capacity: capacity))
    }
    while slotsOfRows.count <= row { slotsOfRows.append(slot) }
    slotsOfRows[row] = slot
    return slot
  }
}

extension SeriesTable: Equatable {
  /// Whether both have the same series, in the same order.
  public static func == (a: Self, b: Self) -> Bool { a.ids == b.ids && a.series == b.series }
}
