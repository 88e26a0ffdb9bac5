/// A network as a chain: cut wherever a single tensor carries everything that later nodes read.
///
/// Between two such places lies a stage; its output is that tensor. Backward of a node reads only
/// what forward of that node read or made, so the cut holds for backward, too.
public struct Stages: Sendable {
  /// The network.
  public let network: NetworkCosts
  /// The nodes of each stage.
  public let nodes: [Range<Int>]
  /// By stage: the node whose result is its output; nil at the end.
  let outputs: [Int?]
  /// The chain.
  public let costs: ChainCosts
  /// By stage: what else can be kept of it; the savings of the chain's stage behind the first.
  private(set) var options: [(block: BlockOptions, choices: [BlockOptions.Choice])?]
  /// By stage: what can leave memory, and the saving that has it do so.
  private(set) var offloads: [(nodes: [Int], saving: Int)?]

  /// - Throws: `CostError` where the network has no nodes or its costs cannot be used.
  public init(_ network: NetworkCosts) throws(CostError) {
    self.network = network
    (nodes, outputs) = Self.cut(network)
    var stages: [ChainStage] = []
    (options, offloads) = ([], [])
    for (range, output) in zip(nodes, outputs) {
      var stage = StageCosts(network, range, output: output).stage
      let block = BlockOptions(network, range, output: output)
      let choices = block?.choices() ?? []
      if let block { stage.savings += choices.map { block.saving($0, of: stage) } }
      options.append(block.map { ($0, choices) })
      let offload = StageOffload(network, range, output: output)
      offloads.append(offload.bytes > 0 ? (offload.nodes, stage.savings.count) : nil)
      if offload.bytes > 0 { stage.savings.append(offload.saving(of: stage)) }
      stages.append(stage)
    }
    costs = try ChainCosts(input: 0, inputGradient: 0, stages: stages)
  }

  private static func cut(_ network: NetworkCosts) -> ([Range<Int>], [Int?]) {
    let count = network.nodes.count
    // By storage: the last node that reads or overwrites it.
    var lastReader = Array(repeating: -1, count: count)
    var lastWriter = Array(repeating: -1, count: count)
    for (index, node) in network.nodes.enumerated() {
      for input in node.inputs {
        if let storage = network.storage(input) { lastReader[storage] = index }
      }
      if node.overwrites, let storage = network.storage(index) { lastWriter[storage] = index }
    }
    var (ranges, outputs): ([Range<Int>], [Int?]) = ([], [])
    var (start, open): (Int, Set<Int>) = (0, [])
    for index in 0..<count {
      if let storage = network.storage(index), lastReader[storage] > index { open.insert(storage) }
      open = open.filter { lastReader[$0] > index }
      guard index + 1 < count, open.count == 1, let carried = open.first, carried >= start,
        lastWriter[carried] <= index
      else { continue }
      ranges.append(start..<index + 1)
      outputs.append(carried)
      start = index + 1
    }
    ranges.append(start..<count)
    outputs.append(nil)
    return (ranges, outputs)
  }

  /// How many stages have several nodes, and how many of those are too large, or overwrite too much,
  /// for each choice in them to be looked at: they are kept or made again as a whole.
  public var blocks: (all: Int, whole: Int) {
    let several = nodes.indices.filter { nodes[$0].count > 1 }
    return (several.count, several.count { options[$0] == nil })
  }

  /// What people call a stage: the layers of its first and last node.
  public func name(_ stage: Int) -> String {
    guard nodes.indices.contains(stage - 1) else { return "stage \(stage)" }
    let layers = nodes[stage - 1].map { network.nodes[$0].layer }.filter { !$0.isEmpty }
    guard let first = layers.first, let last = layers.last else { return "stage \(stage)" }
    return first == last ? first : "\(first) … \(last)"
  }
}

/// What one stage costs.
private struct StageCosts {
  let network: NetworkCosts
  let range: Range<Int>
  let output: Int?
  /// Storages of the stage that backward reads.
  private let needed: Set<Int>

  init(_ network: NetworkCosts, _ range: Range<Int>, output: Int?) {
    self.network = network
    self.range = range
    self.output = output
    var needed: Set<Int> = []
    for index in range {
      let node = network.nodes[index]
      for read in node.needsInputs + (node.needsResult ? [index] : []) {
        if let storage = network.storage(read), range.contains(storage) { needed.insert(storage) }
      }
    }
    self.needed = needed
  }

  var stage: ChainStage {
    let nodes = range.map { network.nodes[$0] }
    let outputBytes = output.map { network.nodes[$0].result } ?? 0
    let extras = nodes.reduce(0) { $0 + ($1.needsExtras ? $1.extras : 0) }
    let kept = needed.union(output.map { [$0] } ?? [])
    let saved = kept.reduce(extras) { $0 + network.nodes[$1].result }
    let lasting = nodes.reduce(0) { $0 + $1.lasting }
    let forward = nodes.reduce(0) { $0 + $1.forwardTime }
    let closing = Recomputation(network, range).nodes(output: nil)
      .reduce(0) { $0 + network.nodes[$1].forwardTime }
    return ChainStage(
      name: nodes.first?.layer ?? "", output: outputBytes,
      gradient: output.map { gradient($0) } ?? 0, forwardTime: forward,
      forwardWorkspace: max(0, forwardPeak(keeping: false) - outputBytes),
      savings: [
        Saving(
          saved: saved, forwardTime: forward,
          backwardTime: nodes.reduce(0) { $0 + $1.backwardTime },
          forwardWorkspace: max(0, forwardPeak(keeping: true) - saved),
          backwardWorkspace: max(0, backwardPeak - saved - lasting), lasting: lasting,
          closingTime: closing)
      ])
  }

  /// Gradients of what leaves the stage: of the storage and its views that later nodes read.
  private func gradient(_ storage: Int) -> Int {
    var bytes = 0
    for index in range where network.storage(index) == storage {
      let isRead = network.nodes[range.upperBound...].contains { $0.inputs.contains(index) }
      if isRead { bytes += network.nodes[index].gradient }
    }
    return bytes
  }

  /// The most bytes of the stage's own while it runs forward.
  private func forwardPeak(keeping: Bool) -> Int {
    var last: [Int: Int] = [:]
    for index in range {
      for input in network.nodes[index].inputs {
        if let storage = network.storage(input) { last[storage] = index }
      }
    }
    var (live, peak, alive): (Int, Int, Set<Int>) = (0, 0, [])
    for index in range {
      let node = network.nodes[index]
      if let storage = network.storage(index), alive.insert(storage).inserted {
        live += range.contains(storage) ? network.nodes[storage].result : 0
      }
      peak = max(peak, live + node.extras + node.forwardWorkspace)
      if keeping, node.needsExtras { live += node.extras }
      for storage in alive where (last[storage] ?? index) <= index {
        if storage == output || (keeping && needed.contains(storage)) { continue }
        alive.remove(storage)
        live -= range.contains(storage) ? network.nodes[storage].result : 0
      }
    }
    return peak
  }

  /// The most bytes of the stage's own while it runs backward.
  private var backwardPeak: Int {
    // By storage: the node that is the last to read it, which in backward is the first in order.
    var lastReader: [Int: Int] = [:]
    for index in range.reversed() {
      let node = network.nodes[index]
      for read in node.needsInputs + (node.needsResult ? [index] : []) {
        if let storage = network.storage(read), range.contains(storage) {
          lastReader[storage] = index
        }
      }
    }
    var saved = needed.reduce(0) { $0 + network.nodes[$1].result }
    saved += range.reduce(0) {
      $0 + (network.nodes[$1].needsExtras ? network.nodes[$1].extras : 0)
    }
    var (gradients, left, peak, begun): (Int, Int, Int, Set<Int>) = (0, 0, 0, [])
    for index in range.reversed() where network.nodes[index].hasBackward {
      let node = network.nodes[index]
      for input in node.inputs where range.contains(input) && begun.insert(input).inserted {
        gradients += network.nodes[input].gradient
      }
      left += node.lasting
      peak = max(peak, saved + gradients + left + node.backwardWorkspace)
      if begun.contains(index) { gradients -= node.gradient }
      if node.needsExtras { saved -= node.extras }
      for (storage, reader) in lastReader where reader == index {
        saved -= network.nodes[storage].result
      }
    }
    return peak
  }
}
