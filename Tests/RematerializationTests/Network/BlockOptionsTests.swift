import SeededNumbers
import Testing

@testable import Rematerialization

/// What of a block can be kept.
@Suite struct BlockOptionsTests {
  /// A residual block as in ResNet: convolution, norm, ReLU, convolution, norm, sum, ReLU.
  private func block(_ random: inout SeededGenerator) -> NetworkCosts {
    var nodes: [NetworkCosts.Node] = []
    func add(_ inputs: [Int], _ change: (inout NetworkCosts.Node) -> Void) {
      var node = NetworkCosts.Node()
      node.name = "n\(nodes.count)"
      node.inputs = inputs
      node.result = 64 * Int.random(in: 1...4, using: &random)
      (node.gradient, node.hasBackward) = (node.result, true)
      node.forwardTime = Double(Int.random(in: 1...20, using: &random))
      node.backwardTime = 2 * node.forwardTime
      node.forwardWorkspace = 64 * Int.random(in: 0...2, using: &random)
      change(&node)
      nodes.append(node)
    }
    add([]) { $0.hasBackward = true }
    for _ in 0..<2 {
      let input = nodes.count - 1
      add([input]) { ($0.needsInputs, $0.lasting) = ([input], 128) }
      add([input + 1]) {
        ($0.needsInputs, $0.extras, $0.needsExtras) = ([input + 1], 64, true)
      }
      add([input + 2]) { $0.needsResult = true }
      add([input + 3]) { $0.needsInputs = [input + 3] }
      add([input + 4, input]) { _ in }
      add([input + 5]) { $0.needsResult = true }
    }
    add([nodes.count - 1]) { $0.needsInputs = [nodes.count - 2] }
    nodes[nodes.count - 1].needsInputs = [nodes.count - 2]
    return NetworkCosts(nodes: nodes)
  }

  /// Each choice runs: what backward reads is there, and nothing is made twice for one backward.
  @Test(arguments: 0..<20 as Range<UInt64>) func choicesRun(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let network = block(&random)
    let stages = try Stages(network)
    var tried = 0
    for (range, option) in zip(stages.nodes, stages.options) {
      guard let option else { continue }
      let whole = stages.costs.stages[stages.nodes.firstIndex(of: range) ?? 0].savings[0]
      for choice in option.choices {
        #expect(choice.saved < whole.saved && choice.time > 0)
        var again: [Int] = []
        var there = Set(range)
        for action in option.block.backward(choice) {
          switch action {
          case .forward(let node):
            again.append(node)
            there.insert(node)
          case .backward, .offload: break
          }
        }
        #expect(Set(again).count == again.count && Set(again).isSubset(of: there))
        #expect(again.reduce(0) { $0 + network.nodes[$1].forwardTime } == choice.time)
        tried += 1
      }
      // Nothing is both smaller and faster than another.
      for (a, b) in zip(option.choices, option.choices.dropFirst()) {
        #expect(a.saved > b.saved && a.time < b.time)
      }
    }
    #expect(tried > 2)
  }

  /// Orders of all plans of the frontier: each backward once, and its reads made before it.
  @Test(arguments: 0..<20 as Range<UInt64>) func plansOfTheFrontierRun(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let network = block(&random)
    let stages = try Stages(network)
    var usesChoices = false
    for plan in try ChainPlanner(stages.costs).frontier() {
      usesChoices =
        usesChoices
        || plan.schedule.contains {
          if case .forwardSaving(_, let saving) = $0 { saving > 0 } else { false }
        }
      let order = stages.order(plan)
      let backward = order.compactMap { if case .backward(let node) = $0 { node } else { nil } }
      #expect(backward == network.nodes.indices.reversed())
      var made: Set<Int> = []
      for action in order {
        switch action {
        case .forward(let node):
          #expect(made.isSuperset(of: network.nodes[node].inputs))
          made.insert(node)
        case .backward(let node):
          #expect(made.isSuperset(of: network.nodes[node].needsInputs))
        case .offload: break
        }
      }
      #expect(abs(network.time(of: order) - plan.makespan) < 1e-9)
    }
    #expect(usesChoices)
  }
}
