/// Series by node or parameter id.
struct SeriesTable: Sendable {
  private(set) var ids: [UInt32] = []
  private var series: [Series] = []
  private var slots: [UInt32: Int] = [:]
  /// The slot of each row of the last step: the next one mostly has the same ids.
  private var slotsOfRows: [Int] = []
  private let capacity: Int

  /// No series, and room for `capacity` blocks in each.
  init(capacity: Int) {
    self.capacity = capacity
  }

  /// All series by id.
  var byID: [UInt32: Series] {
    slots.mapValues { series[$0] }
  }

  /// Adds the value that stood in `row` of a step's columns.
  mutating func append(_ id: UInt32, row: Int, step: Int, value: Float) {
    if row < slotsOfRows.count, ids[slotsOfRows[row]] == id {
      return series[slotsOfRows[row]].append(step: step, value: value)
    }
    let slot = slots[id] ?? ids.count
    if slot == ids.count {
      slots[id] = slot
      ids.append(id)
      series.append(Series(capacity: capacity))
    }
    while slotsOfRows.count <= row { slotsOfRows.append(slot) }
    slotsOfRows[row] = slot
    series[slot].append(step: step, value: value)
  }
}
