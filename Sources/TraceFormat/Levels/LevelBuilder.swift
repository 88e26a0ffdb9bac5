/// Folds steps into blocks of 16, 256, 4096 and 65536 steps, and hands out what is full.
struct LevelBuilder {
  /// Steps in a block, by level.
  static let strides: [UInt64] = [16, 256, 4096, 65_536]

  private var tables: [LevelTable?] = Array(repeating: nil, count: 64)
  private var steps: ClosedRange<UInt64>?
  /// Elements of the outputs of each graph's nodes.
  private var elements: [UInt32: [UInt32: UInt64]] = [:]

  /// Steps that name `graph` have its nodes.
  mutating func add(_ graph: Graph) {
    elements[graph.id] = Dictionary(
      graph.nodes.map { ($0.id, $0.shape.reduce(1, &*)) }, uniquingKeysWith: { first, _ in first })
  }

  /// Adds the values of a step; summaries that are full go to `emit`.
  mutating func add(_ step: Step, _ emit: (Summary) -> Void) {
    let known = steps ?? step.index...step.index
    steps = min(known.lowerBound, step.index)...max(known.upperBound, step.index)
    for kind in SeriesKind.ofSteps {
      guard let value = step.measured(kind) else { continue }
      add(kind, Float(value), of: 0, row: 0, step: step.index, emit)
    }
    let sizes = elements[step.graph] ?? [:]
    var tables = self.tables
    self.tables = []
    step.forEachValue(elements: { sizes[$0] }) { kind, row, id, value in
      let index = Int(kind.rawValue)
      if tables[index] == nil { tables[index] = LevelTable(kind) }
      tables[index]?.add(value, of: id, row: row, step: step.index, emit)
    }
    self.tables = tables
  }

  private mutating func add(
    _ kind: SeriesKind, _ value: Float, of id: UInt32, row: Int, step: UInt64,
    _ emit: (Summary) -> Void
  ) {
    let index = Int(kind.rawValue)
    if tables[index] == nil { tables[index] = LevelTable(kind) }
    tables[index]?.add(value, of: id, row: row, step: step, emit)
  }

  /// Hands out what is there, blocks that are not full as well, of levels that have several.
  mutating func finish(_ emit: (Summary) -> Void) {
    guard let steps else { return }
    let strides = Self.strides.filter { steps.lowerBound / $0 != steps.upperBound / $0 }
    for index in tables.indices {
      tables[index]?.finish { summary in
        if strides.contains(UInt64(summary.stride)) { emit(summary) }
      }
    }
  }
}
