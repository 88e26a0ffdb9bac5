/// The blocks of one kind of series, at all levels, as steps come.
///
/// Memory is bounded: some 4096 rows for each level, or one block where there are more ids.
struct LevelTable {
  /// One level: the block that is open, and those that wait to be written.
  private struct Level {
    let stride: UInt64
    var open: UInt64?
    var values: [LevelBlock] = []
    var pending = Summary()
  }

  private static let rows = 4096
  private static let mostBlocks: UInt32 = 64

  private let kind: SeriesKind
  private var ids: [UInt32] = []
  private var slots: [UInt32: Int] = [:]
  /// The slot of each row of the last step: the next one mostly has the same ids.
  private var slotsOfRows: [Int] = []
  private var levels = LevelBuilder.strides.map { Level(stride: $0) }

  init(_ kind: SeriesKind) {
    self.kind = kind
  }

  /// Adds a value that stood in `row` of a step's columns; what is full goes to `emit`.
  mutating func add(
    _ value: Float, of id: UInt32, row: Int, step: UInt64, _ emit: (Summary) -> Void
  ) {
    let block = step / levels[0].stride
    if levels[0].open != block { enter(block, emit) }
    if row < slotsOfRows.count, ids[slotsOfRows[row]] == id {
      return levels[0].values[slotsOfRows[row]].add(value)
    }
    let slot = slots[id] ?? ids.count
    if slot == ids.count { append(id, emit) }
    while slotsOfRows.count <= row { slotsOfRows.append(slot) }
    slotsOfRows[row] = slot
    levels[0].values[slot].add(value)
  }

  /// Hands out everything, blocks that are not full as well.
  mutating func finish(_ emit: (Summary) -> Void) {
    for index in levels.indices { close(index, emit) }
    for index in levels.indices { flush(index, emit) }
  }

  private mutating func enter(_ block: UInt64, _ emit: (Summary) -> Void) {
    // A producer that was resumed starts over.
    if let open = levels[0].open, block < open { finish(emit) }
    close(0, emit)
    levels[0].open = block
  }

  /// What waits has a row for each id that there was.
  private mutating func append(_ id: UInt32, _ emit: (Summary) -> Void) {
    for index in levels.indices {
      flush(index, emit)
      levels[index].values.append(LevelBlock())
    }
    slots[id] = ids.count
    ids.append(id)
  }

  /// Ends the open block of a level, and adds it to the level above.
  private mutating func close(_ index: Int, _ emit: (Summary) -> Void) {
    guard let open = levels[index].open else { return }
    if index + 1 < levels.count {
      let above = open * levels[index].stride / levels[index + 1].stride
      if levels[index + 1].open != above {
        close(index + 1, emit)
        levels[index + 1].open = above
      }
      for slot in ids.indices { levels[index + 1].values[slot].add(levels[index].values[slot]) }
    }
    write(index, open, emit)
    levels[index].open = nil
    for slot in ids.indices { levels[index].values[slot] = LevelBlock() }
  }

  /// Appends the block `open` to what waits.
  private mutating func write(_ index: Int, _ open: UInt64, _ emit: (Summary) -> Void) {
    let first = open * levels[index].stride
    let limit = min(Self.mostBlocks, UInt32(max(1, Self.rows / max(1, ids.count))))
    let next =
      levels[index].pending.firstStep
      + UInt64(levels[index].pending.blocks) * levels[index].stride
    if levels[index].pending.blocks > 0, first != next {
      let skipped = first > next ? (first - next) / levels[index].stride : .max
      if skipped < UInt64(limit - min(limit, levels[index].pending.blocks)) {
        for _ in 0..<skipped { append(index, emptyOnly: true) }
      } else {
        flush(index, emit)
      }
    }
    if levels[index].pending.blocks == 0 { levels[index].pending.firstStep = first }
    append(index, emptyOnly: false)
    if levels[index].pending.blocks >= limit { flush(index, emit) }
  }

  private mutating func append(_ index: Int, emptyOnly: Bool) {
    for slot in ids.indices {
      let block = emptyOnly ? LevelBlock() : levels[index].values[slot]
      block.write(to: &levels[index].pending)
    }
    levels[index].pending.blocks += 1
  }

  private mutating func flush(_ index: Int, _ emit: (Summary) -> Void) {
    guard levels[index].pending.blocks > 0 else { return }
    levels[index].pending.kind = kind.rawValue
    levels[index].pending.stride = UInt32(levels[index].stride)
    levels[index].pending.id = ids
    emit(levels[index].pending)
    levels[index].pending = Summary()
  }
}
