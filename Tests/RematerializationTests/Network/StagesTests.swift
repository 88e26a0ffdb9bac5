import Testing

@testable import Rematerialization

/// Networks as chains, and schedules of chains as orders of nodes.
@Suite struct StagesTests {
  /// Linear, ReLU and a skip connection, `count` times, and a loss.
  private func residuals(_ count: Int) -> NetworkCosts {
    var nodes: [NetworkCosts.Node] = []
    func add(_ name: String, _ inputs: [Int], _ change: (inout NetworkCosts.Node) -> Void) {
      var node = NetworkCosts.Node()
      node.name = name
      node.layer = name
      node.inputs = inputs
      node.result = 64
      node.gradient = 64
      node.hasBackward = true
      node.forwardTime = 10
      node.backwardTime = 20
      change(&node)
      nodes.append(node)
    }
    for block in 0..<count {
      let input = nodes.isEmpty ? [] : [nodes.count - 1]
      add("linear\(block)", input) {
        $0.needsInputs = input
        $0.lasting = 128
      }
      add("relu\(block)", [nodes.count - 1]) { $0.needsResult = true }
      add("add\(block)", [nodes.count - 1] + input) { _ in }
    }
    add("loss", [nodes.count - 1]) {
      $0.result = 4
      $0.extras = 64
      $0.needsExtras = true
    }
    return NetworkCosts(nodes: nodes, fixed: 1000, fixedTime: 7)
  }

  @Test func cutsWhereOneTensorCarriesEverything() throws {
    let stages = try Stages(residuals(3))
    // The first block has no skip connection to cross, so each of its nodes is a stage.
    #expect(stages.nodes == [0..<1, 1..<2, 2..<3, 3..<6, 6..<9, 9..<10])
    let block = stages.costs.stages[3]
    #expect(block.output == 64)
    #expect(block.forwardTime == 30)
    // The result of ReLU and the output; that of Linear is read by nobody's backward.
    #expect(block.savings[0].saved == 128)
    #expect(block.savings[0].lasting == 128)
    // Before its own backward the sum is not made again.
    #expect(block.savings[0].closingTime == 20)
    #expect(stages.name(4) == "linear1 … add1")
  }

  @Test func anOrderRunsBackwardOnceAndForwardAgainAsFarAsItIsRead() throws {
    let network = residuals(3)
    let stages = try Stages(network)
    let plan = try ChainPlan(ChainPlan.recomputingAll(stages.costs), for: stages.costs)
    let order = stages.order(plan)
    let backward = order.compactMap { if case .backward(let node) = $0 { node } else { nil } }
    #expect(backward == Array((0..<10).reversed()))
    #expect(Array(order.prefix(10)) == (0..<10).map { .forward($0) })
    #expect(order.count { $0 == .forward(8) } == 1)
    #expect(order.count { $0 == .forward(7) } == 2)
    #expect(network.time(of: order) == plan.makespan + 7)
  }

  @Test func storingAllMakesNothingAgain() throws {
    let network = residuals(4)
    let stages = try Stages(network)
    let order = stages.order(try ChainPlanner(stages.costs).storeAll)
    #expect(order == network.order(recomputing: []))
    #expect(network.decisions(for: order).allSatisfy { !$0.isRecomputed && $0.paid == 0 })
  }

  @Test func groupsAreMadeAgainBeforeTheirBackward() {
    let network = residuals(2)
    let order = network.order(recomputing: [3..<6])
    #expect(
      Array(order.dropFirst(7))
        == [
          .backward(6), .forward(3), .forward(4), .backward(5), .backward(4), .backward(3),
          .backward(2), .backward(1), .backward(0),
        ])
    let decisions = network.decisions(for: order)
    #expect(decisions.filter(\.isRecomputed).map(\.layer) == ["linear1", "relu1"])
    #expect(decisions.first { $0.layer == "relu1" }?.freed == 64)
    #expect(decisions.first { $0.layer == "relu1" }?.paid == 10)
  }

  @Test func whatIsOverwrittenIsNotCutOffFromItsMaker() throws {
    var network = residuals(1)
    network.nodes[1].overwrites = true
    let stages = try Stages(network)
    #expect(stages.nodes == [0..<2, 2..<3, 3..<4])
    #expect(Recomputation(network, 0..<2).nodes(making: 0) == [0, 1])
  }

  @Test func modulesAreContainersWhereMostOfThemIsMadeAgain() {
    var network = residuals(2)
    for index in network.nodes.indices {
      network.nodes[index].layer = "blocks/\(index / 3)/\(["a", "b", "c"][index % 3])"
    }
    let decisions = network.decisions(for: network.order(recomputing: [3..<6]))
    #expect(
      network.modules(for: decisions, containers: ["blocks", "blocks/0", "blocks/1"])
        == ["blocks.1"])
  }
}
