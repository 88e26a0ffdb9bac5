/// Lines beside the rows of a graph that is listed from inputs to loss, as `git log --graph` has them.
///
/// A lane carries a value from the row that makes it to the last row that takes it, so a skip
/// connection is a line that passes by.
struct Rails: Equatable, Sendable {
  /// What stands beside one row.
  struct Row: Equatable, Sendable {
    /// The lane of the row's node.
    var lane: Int
    /// Whether its line comes from above.
    var begins = true
    /// Lanes that pass by.
    var through: [Int] = []
    /// Lanes of values that come in from the side, and whether they end here.
    var joins: [(lane: Int, ends: Bool)] = []

    static func == (a: Self, b: Self) -> Bool {
      a.lane == b.lane && a.begins == b.begins && a.through == b.through
        && a.joins.elementsEqual(b.joins, by: ==)
    }
  }

  private(set) var rows: [Row] = []
  /// How many lanes there are.
  private(set) var width = 0

  /// The rails of rows that take what earlier rows made, in O(rows × lanes).
  ///
  /// - Parameter inputs: For each row, the rows that it takes from; those that do not come before
  ///   it are left out.
  init(_ inputs: [[Int]]) {
    var lastUse = Array(repeating: -1, count: inputs.count)
    let inputs = inputs.enumerated().map { row, list in
      Array(Set(list.filter { (0..<row).contains($0) })).sorted()
    }
    for (row, list) in inputs.enumerated() { for input in list { lastUse[input] = row } }
    /// What each lane carries: the row that made it.
    var lanes: [Int?] = []
    var laneOf = Array(repeating: 0, count: inputs.count)
    rows.reserveCapacity(inputs.count)
    for (index, list) in inputs.enumerated() {
      let ending = list.filter { lastUse[$0] == index }
      let free = lanes.firstIndex(of: nil) ?? lanes.count
      let own = ending.map { laneOf[$0] }.min()
      var row = Row(lane: own ?? free)
      row.begins = own == nil
      row.joins = list.filter { laneOf[$0] != row.lane }
        .map { (laneOf[$0], lastUse[$0] == index) }.sorted { $0.lane < $1.lane }
      for input in ending { lanes[laneOf[input]] = nil }
      row.through = lanes.indices.filter { lanes[$0] != nil }
      if row.lane == lanes.count { lanes.append(nil) }
      laneOf[index] = row.lane
      if lastUse[index] > index { lanes[row.lane] = index }
      width = max(width, lanes.count)
      rows.append(row)
    }
  }

  /// The characters beside a row, two for each lane.
  func text(_ index: Int, isASCII: Bool = false) -> [Character] {
    let row = rows[index]
    var cells = Array(repeating: Character(" "), count: 2 * width)
    for lane in row.through { cells[2 * lane] = isASCII ? "|" : "│" }
    for join in row.joins {
      let (left, right) = (min(join.lane, row.lane), max(join.lane, row.lane))
      for x in (2 * left + 1)..<(2 * right) {
        let isCrossed = cells[x] == "│" || cells[x] == "|" || cells[x] == "┼" || cells[x] == "+"
        cells[x] = isASCII ? (isCrossed ? "+" : "-") : (isCrossed ? "┼" : "─")
      }
    }
    for join in row.joins {
      let isRight = join.lane > row.lane
      let isBeyond = row.joins.contains { isRight ? $0.lane > join.lane : $0.lane < join.lane }
      let corner: Character =
        switch (isRight, join.ends, isBeyond) {
        case (true, true, false): "╯"
        case (true, true, true): "┴"
        case (true, false, false): "┤"
        case (false, true, false): "╰"
        case (false, true, true): "┴"
        case (false, false, false): "├"
        case (_, false, true): "┼"
        }
      cells[2 * join.lane] = isASCII ? (join.ends ? "'" : "+") : corner
    }
    cells[2 * row.lane] = isASCII ? "o" : "●"
    return cells
  }
}
