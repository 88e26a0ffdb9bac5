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

  /// What is saved may leave memory: the same order, fewer bytes in between, the time of transfers.
  @Test func savedTensorsLeaveWhereThatIsCheaperThanMakingThemAgain() throws {
    var network = residuals(5)
    for index in network.nodes.indices {
      network.nodes[index].forwardTime *= 10_000
      network.nodes[index].backwardTime *= 10_000
      network.nodes[index].lasting = 0
    }
    let ways = try Stages(network).costs.stages.map(\.savings.count)
    network.transfer = Transfer(writeTime: 100, readTime: 200, minimumBytes: 64, overlaps: false)
    let stages = try Stages(network)
    // A block sends out the result of ReLU; its output stays for the next one.
    #expect(stages.costs.stages.map(\.savings.count) == zip(ways, [0, 0, 0, 1, 1, 1, 1, 0]).map(+))
    let (all, sent) = (stages.costs.stages[3].savings[0], stages.costs.stages[3].savings.last)
    let saving = try #require(sent)
    #expect(saving.saved == all.saved && saving.held == all.saved - 64)
    let cost = 64 * 300.0 + 10_000
    #expect(saving.backwardTime == all.backwardTime + cost)
    let planner = try ChainPlanner(stages.costs)
    let plan = try planner.plan(budget: planner.storeAll.peak - 64)
    let order = stages.order(plan)
    let leaving = order.compactMap { if case .offload(let node) = $0 { node } else { nil } }
    #expect(!leaving.isEmpty)
    #expect(order.count == 32 + leaving.count, "nothing is made again")
    #expect(
      network.time(of: order) == plan.makespan + 7
        && plan.makespan == planner.storeAll.makespan + cost * Double(leaving.count))
    for node in leaving {
      let place = try #require(order.firstIndex(of: .offload(node)))
      #expect(place > (try #require(order.firstIndex(of: .forward(node)))))
      #expect(place < (try #require(order.firstIndex(of: .backward(node)))))
    }
    let decisions = network.decisions(for: order).filter(\.isOffloaded)
    #expect(decisions.count == leaving.count)
    #expect(decisions.allSatisfy { $0.freed == 64 && $0.paid == cost && $0.name == "offloaded" })
    // Where making again is cheaper, that is done.
    network.transfer?.readTime = 1e9
    let slow = try Stages(network)
    let again = slow.order(try ChainPlanner(slow.costs).plan(budget: planner.storeAll.peak - 64))
    #expect(!again.contains { if case .offload = $0 { true } else { false } })
    #expect(again.count > 32)
  }

  /// With a processor free for it, a transfer costs what the node's own passes do not hide.
  @Test func transfersHideBehindTheirNodes() {
    var network = residuals(1)
    network.nodes[1].forwardTime = 3_000
    network.nodes[1].backwardTime = 50_000
    network.transfer = Transfer(writeTime: 100, readTime: 100, minimumBytes: 1, overlaps: true)
    #expect(network.leaving[1] == 64)
    #expect(network.transferTime(1) == 6_400 - 3_000 + 10_000)
    // Nobody's backward reads the result of a product.
    #expect(network.leaving[0] == 0 && network.transferTime(0) == 0)
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

  /// Blocks of which not every choice was looked at are counted, so that a plan can say so.
  @Test func blocksThatAreTooLargeAreCounted() throws {
    var network = residuals(4)
    #expect(try Stages(network).blocks == (3, 0))
    // ReLU in the bytes of its input.
    network.nodes[7].overwrites = true
    #expect(try Stages(network).blocks == (3, 1))
    // A skip connection over everything: one block of more tensors than can be tried.
    network = residuals(8)
    network.nodes[24].inputs.append(0)
    #expect(try Stages(network).blocks == (1, 1))
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
