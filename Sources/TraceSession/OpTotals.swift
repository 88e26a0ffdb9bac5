public import TraceFormat

/// Times of ops summed over steps.
public struct OpTotals: Sendable {
  /// One node in one phase.
  public struct Key: Hashable, Sendable {
    /// The node's id.
    public var node: UInt32
    /// What it was doing.
    public var phase: Phase

    /// `node` in `phase`.
    public init(node: UInt32, phase: Phase) {
      self.node = node
      self.phase = phase
    }
  }

  /// What is known of one node in one phase.
  public struct Total: Equatable, Sendable {
    /// How often it ran.
    public var calls: UInt64 = 0
    /// Nanoseconds over all calls.
    public var totalTime: UInt64 = 0
    /// Nanoseconds of the longest call.
    public var maximumTime: UInt64 = 0
    /// Bytes that a call leaves for backward: the most that one did.
    public var savedBytes: UInt64 = 0
    /// Whether `savedBytes` was measured.
    public var hasSavedBytes = false
    /// The distribution of the calls' times.
    public var times = DurationHistogram()

    /// Nothing yet.
    public init() {}

    /// Nanoseconds of a call on average; nil without calls.
    public var meanTime: Double? {
      calls > 0 ? Double(totalTime) / Double(calls) : nil
    }

    /// Nanoseconds that a fraction of `quantile` of the calls did not exceed, off by at most 1.6 %;
    /// nil without calls.
    public func time(atQuantile quantile: Double) -> UInt64? {
      times.quantile(quantile).map { min($0, maximumTime) }
    }

    /// Adds the calls of `other`.
    public mutating func add(_ other: Self) {
      calls &+= other.calls
      totalTime &+= other.totalTime
      maximumTime = max(maximumTime, other.maximumTime)
      savedBytes = max(savedBytes, other.savedBytes)
      hasSavedBytes = hasSavedBytes || other.hasSavedBytes
      times.add(other.times)
    }

    mutating func add(duration: UInt64, savedBytes saved: UInt64?) {
      calls &+= 1
      totalTime &+= duration
      maximumTime = max(maximumTime, duration)
      if let saved { (savedBytes, hasSavedBytes) = (max(savedBytes, saved), true) }
      times.add(duration)
    }
  }

  /// Steps that had op columns.
  public private(set) var steps: UInt64 = 0
  /// What ran, in the order in which it first did; `totals` has the numbers, in the same order.
  public private(set) var keys: [Key] = []
  /// The totals of `keys`.
  public private(set) var totals: [Total] = []

  private var slots: [Key: Int] = [:]
  /// The slot of each row of the last step: the next one mostly has the same ops.
  private var slotsOfRows: [Int] = []

  /// No ops.
  public init() {}

  /// Adds the ops of `step`; rows of unknown phases are left out.
  public mutating func add(_ step: Step) {
    let ops = step.ops
    guard !ops.node.isEmpty, ops.duration.count == ops.node.count,
      ops.phase.count == ops.node.count
    else { return }
    steps += 1
    let hasSavedBytes = ops.savedBytes.count == ops.node.count
    for row in ops.node.indices {
      guard let phase = Phase(rawValue: ops.phase[row]) else { continue }
      let slot = slot(of: Key(node: ops.node[row], phase: phase), row: row)
      totals[slot].add(
        duration: ops.duration[row], savedBytes: hasSavedBytes ? ops.savedBytes[row] : nil)
    }
  }

  private mutating func slot(of key: Key, row: Int) -> Int {
    if row < slotsOfRows.count, keys[slotsOfRows[row]] == key { return slotsOfRows[row] }
    let slot = slots[key] ?? keys.count
    if slot == keys.count {
      slots[key] = slot
      keys.append(key)
      totals.append(Total())
    }
    while slotsOfRows.count <= row { slotsOfRows.append(slot) }
    slotsOfRows[row] = slot
    return slot
  }
}

// MARK: - From summaries

extension OpTotals {
  /// Makes the ops of `step` known, in their order, with what they save; no call is counted.
  mutating func expect(_ step: Step) {
    let ops = step.ops
    guard ops.phase.count == ops.node.count else { return }
    let hasSavedBytes = ops.savedBytes.count == ops.node.count
    for row in ops.node.indices {
      guard let phase = Phase(rawValue: ops.phase[row]) else { continue }
      let slot = slot(of: Key(node: ops.node[row], phase: phase), row: row)
      guard hasSavedBytes else { continue }
      totals[slot].savedBytes = max(totals[slot].savedBytes, ops.savedBytes[row])
      totals[slot].hasSavedBytes = true
    }
  }

  /// Adds calls of which least, mean and greatest time are known: for quantiles, each took the mean.
  mutating func add(_ block: Series.Block, node: UInt32, phase: Phase) {
    guard block.finite > 0, block.mean >= 0, block.max < 1e18 else { return }
    let key = Key(node: node, phase: phase)
    var slot = keys.count
    if let known = slots[key] {
      slot = known
    } else {
      slots[key] = slot
      keys.append(key)
      totals.append(Total())
    }
    totals[slot].calls &+= UInt64(block.finite)
    totals[slot].totalTime &+= UInt64(Double(block.mean) * Double(block.finite))
    totals[slot].maximumTime = max(totals[slot].maximumTime, UInt64(block.max))
    totals[slot].times.add(UInt64(block.mean), times: block.finite)
  }

  /// Says how many steps there were.
  mutating func count(steps: UInt64) {
    if !keys.isEmpty { self.steps = steps }
  }
}

// MARK: - Lookup

extension OpTotals {
  /// What is known of `node` in `phase`; nil where it never ran.
  public func total(of node: UInt32, in phase: Phase) -> Total? {
    slots[Key(node: node, phase: phase)].map { totals[$0] }
  }

  /// All of it by node and phase, in O(ops): for one op, ask `total(of:in:)`.
  public var byOp: [Key: Total] {
    slots.mapValues { totals[$0] }
  }

  /// Nanoseconds of all calls of all ops.
  public var totalTime: UInt64 {
    totals.reduce(0) { $0 &+ $1.totalTime }
  }

  /// Nanoseconds of all calls in `phase`.
  public func totalTime(in phase: Phase) -> UInt64 {
    zip(keys, totals).reduce(0) { $0 &+ ($1.0.phase == phase ? $1.1.totalTime : 0) }
  }
}
