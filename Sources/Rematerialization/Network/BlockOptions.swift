/// What can be kept of a block between its forward and its backward: every choice is looked at.
///
/// A block is the nodes of one stage. An item is what one of them makes: its result, or what it makes
/// beside. Whatever is not kept is made again in backward, as late as possible and once, so that for
/// each choice the least time is known, and the peak that goes with it. Nodes that overwrite make
/// a block of which all is kept or nothing.
struct BlockOptions {
  /// The most items that choices are made of: 2¹² choices.
  static let itemLimit = 12
  /// The most choices that a chain is offered for one block.
  static let choiceLimit = 6

  /// Something that a node makes.
  private struct Item {
    var bytes: Int
    var node: Int
    var isExtra: Bool
  }

  private let network: NetworkCosts
  private let range: Range<Int>
  private var items: [Item] = []
  /// By node of the block: the items that its forward reads, makes, and that its backward reads.
  private var reads: [Int]
  private var makes: [Int]
  private var needs: [Int]
  /// By node: nanoseconds of running it again, with what shares its bytes.
  private var times: [Double]
  /// By node: itself, and what shares its bytes.
  private var companions: [[Int]]
  /// The item that leaves the block; 0: none does.
  private var output = 0

  /// A choice.
  struct Choice {
    /// Which items are kept, as bits.
    var kept: Int
    /// Their bytes.
    var saved: Int
    /// Nanoseconds of what backward makes again.
    var time: Double
  }

  /// Nil where there is nothing to choose, or too much.
  init?(_ network: NetworkCosts, _ range: Range<Int>, output: Int?) {
    self.network = network
    self.range = range
    let count = range.count
    (reads, makes, needs) = (
      Array(repeating: 0, count: count), Array(repeating: 0, count: count),
      Array(repeating: 0, count: count)
    )
    times = Array(repeating: 0, count: count)
    companions = Array(repeating: [], count: count)
    guard count > 1, count <= 62, !range.contains(where: { network.nodes[$0].overwrites }) else {
      return nil
    }
    var (results, extras): ([Int: Int], [Int: Int]) = ([:], [:])
    for index in range {
      let node = network.nodes[index]
      if network.storage(index) == index, node.result > 0 {
        results[index] = 1 << items.count
        items.append(Item(bytes: node.result, node: index, isExtra: false))
      }
      if node.needsExtras, node.extras > 0 {
        extras[index] = 1 << items.count
        items.append(Item(bytes: node.extras, node: index, isExtra: true))
      }
    }
    guard items.count <= Self.itemLimit else { return nil }
    func bit(_ node: Int) -> Int { network.storage(node).flatMap { results[$0] } ?? 0 }
    for index in range {
      let (node, at) = (network.nodes[index], index - range.lowerBound)
      let host = network.storage(index).flatMap { range.contains($0) ? $0 : nil } ?? index
      companions[host - range.lowerBound].append(index)
      times[host - range.lowerBound] += node.forwardTime
      for input in node.inputs where bit(input) != bit(index) {
        reads[host - range.lowerBound] |= bit(input)
      }
      makes[at] |= (results[index] ?? 0) | (extras[index] ?? 0)
      guard node.hasBackward else { continue }
      for input in node.needsInputs { needs[at] |= bit(input) }
      needs[at] |= (node.needsResult ? bit(index) : 0) | (extras[index] ?? 0)
    }
    self.output = output.flatMap { results[$0] } ?? 0
  }

  /// All that backward reads.
  private var all: Int { needs.reduce(output) { $0 | $1 } }

  /// The choices than which no other keeps less and takes less time, from the largest on, without
  /// that which keeps all.
  func choices() -> [Choice] {
    var found: [Choice] = []
    for mask in 0..<1 << items.count where mask & output == output {
      found.append(Choice(kept: mask, saved: bytes(mask), time: again(mask)))
    }
    let whole = bytes(all)
    found.sort { ($0.saved, $0.time) < ($1.saved, $1.time) }
    var front: [Choice] = []
    for choice in found where choice.time < front.last?.time ?? .infinity { front.append(choice) }
    front = front.filter { $0.saved < whole && $0.time > 0 }.reversed()
    guard front.count > Self.choiceLimit else { return front }
    return (0..<Self.choiceLimit).map { front[$0 * (front.count - 1) / (Self.choiceLimit - 1)] }
  }

  private func bytes(_ mask: Int) -> Int {
    items.indices.reduce(0) { $0 + (mask >> $1 & 1 == 1 ? items[$1].bytes : 0) }
  }

  // MARK: - What runs again

  /// Nodes of the block that must run so that `wanted` is there, where `resident` is; in order.
  private func closure(_ wanted: Int, _ resident: Int) -> [Int] {
    var (run, made) = (0, 0)
    var missing = wanted & ~resident
    while missing != 0 {
      let node = items[missing.trailingZeroBitCount].node - range.lowerBound
      let host = host(node)
      for at in Set([node, host]) where run >> at & 1 == 0 {
        run |= 1 << at
        made |= makes[at]
        missing |= reads[at]
      }
      missing &= ~(resident | made)
    }
    return range.indices.filter { run >> ($0 - range.lowerBound) & 1 == 1 }
  }

  private func host(_ at: Int) -> Int {
    guard let storage = network.storage(at + range.lowerBound), range.contains(storage) else {
      return at
    }
    return storage - range.lowerBound
  }

  /// Nanoseconds of what backward makes again where `kept` is kept.
  private func again(_ kept: Int) -> Double {
    var (resident, time) = (kept, 0.0)
    for at in needs.indices.reversed() where needs[at] & ~resident != 0 {
      for index in closure(needs[at], resident) {
        resident |= makes[index - range.lowerBound]
        time += times[index - range.lowerBound]
      }
    }
    return time
  }

  /// Backward of the block, with what it makes again.
  func backward(_ choice: Choice) -> [NetworkAction] {
    var (resident, actions) = (choice.kept, [NetworkAction]())
    for index in range.reversed() {
      let at = index - range.lowerBound
      let run = closure(needs[at], resident)
      for node in run { resident |= makes[node - range.lowerBound] }
      actions += forward(run)
      actions.append(.backward(index))
    }
    return actions
  }

  /// What makes the items of a choice, once nothing of the block is there.
  func forward(again choice: Choice, withOutput: Bool) -> [NetworkAction] {
    forward(closure(withOutput ? choice.kept | output : choice.kept & ~unneeded, 0))
  }

  /// The output, where neither backward nor what it makes again reads it.
  private var unneeded: Int { (needs + reads).contains { $0 & output != 0 } ? 0 : output }

  private func forward(_ run: [Int]) -> [NetworkAction] {
    Set(run.flatMap { companions[host($0 - range.lowerBound)] + [$0] }).sorted()
      .map { .forward($0) }
  }
}

// MARK: - Bytes

extension BlockOptions {
  /// A choice as a saving of the block's stage, of which the first saving keeps all.
  func saving(_ choice: Choice, of stage: ChainStage) -> Saving {
    let (whole, peak) = (stage.savings[0], backwardPeak(choice))
    let closing = forward(again: choice, withOutput: false).reduce(0.0) { sum, action in
      guard case .forward(let node) = action else { return sum }
      return sum + network.nodes[node].forwardTime
    }
    return Saving(
      saved: choice.saved, forwardTime: whole.forwardTime,
      backwardTime: whole.backwardTime + choice.time,
      forwardWorkspace: max(0, forwardPeak(choice) - choice.saved),
      backwardWorkspace: max(0, peak - choice.saved - whole.lasting), lasting: whole.lasting,
      closingTime: closing)
  }

  /// The most bytes of the block's own while its backward runs: what is kept, what is made again,
  /// gradients inside and of parameters.
  func backwardPeak(_ choice: Choice) -> Int {
    let actions = backward(choice)
    // By item: the last move that reads it.
    var last: [Int: Int] = [:]
    func note(_ mask: Int, _ move: Int) {
      for item in items.indices where mask >> item & 1 == 1 { last[item] = move }
    }
    for (move, action) in actions.enumerated() {
      switch action {
      case .forward(let index): note(reads[index - range.lowerBound], move)
      case .backward(let index): note(needs[index - range.lowerBound], move)
      case .offload: break
      }
    }
    var (resident, gradients, left, peak) = (choice.kept, 0, 0, choice.saved)
    var begun: Set<Int> = []
    for (move, action) in actions.enumerated() {
      switch action {
      case .forward(let index):
        resident |= makes[index - range.lowerBound]
        let node = network.nodes[index]
        let beside = node.needsExtras ? 0 : node.extras
        peak = max(
          peak, bytes(resident) + gradients + left + node.forwardWorkspace + beside)
      case .backward(let index):
        let node = network.nodes[index]
        guard node.hasBackward else { continue }
        for input in node.inputs where range.contains(input) && begun.insert(input).inserted {
          gradients += network.nodes[input].gradient
        }
        left += node.lasting
        peak = max(peak, bytes(resident) + gradients + left + node.backwardWorkspace)
        if begun.contains(index) { gradients -= node.gradient }
      case .offload: break
      }
      for item in items.indices where resident >> item & 1 == 1 && (last[item] ?? -1) <= move {
        // What is kept for later, or made again later, is not there for nothing.
        if last[item] == move { resident &= ~(1 << item) }
      }
    }
    return peak
  }

  /// The most bytes of the block's own while its forward runs and keeps the items of a choice.
  func forwardPeak(_ choice: Choice) -> Int {
    var last: [Int: Int] = [:]
    for index in range {
      for item in items.indices where reads[index - range.lowerBound] >> item & 1 == 1 {
        last[item] = index
      }
    }
    var (resident, peak) = (0, 0)
    for index in range {
      resident |= makes[index - range.lowerBound]
      let node = network.nodes[index]
      let beside = node.needsExtras ? 0 : node.extras
      peak = max(peak, bytes(resident) + node.forwardWorkspace + beside)
      for item in items.indices where resident >> item & 1 == 1 && choice.kept >> item & 1 == 0 {
        if (last[item] ?? index) <= index { resident &= ~(1 << item) }
      }
    }
    return peak
  }
}
