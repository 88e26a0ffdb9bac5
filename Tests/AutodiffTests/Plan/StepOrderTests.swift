import Testing

@testable import Autodiff

/// Recomputing changes where things stand, and nothing else.
@Suite struct StepOrderTests {
  /// A chain of Linear and Tanh with a skip connection over its middle, and a loss.
  private func network(depth: Int = 4) throws -> (Network, ValueID) {
    var network = Network()
    var x = network.addBatchTensor(.input, shape: [64, 16])
    let target = network.addBatchTensor(.target, shape: [64, 16])
    for index in 0..<depth {
      let weight = network.addParameter("w\(index)", layer: "l\(index)", shape: [16, 16])
      let y = try network.apply(Linear(), to: [x, weight], name: "l\(index)", layer: "l\(index)")
      let z = try network.apply(Tanh(), to: [y], name: "t\(index)", layer: "t\(index)")
      x = try network.apply(Add(), to: [z, x], name: "a\(index)", layer: "a\(index)")
    }
    let loss = try network.apply(
      MSELoss(), to: [x, target], name: "loss", layer: "loss")
    return (network, loss)
  }

  private func trained(
    _ order: StepOrder?, accumulate: Int = 1
  ) throws -> (losses: [UInt64], gradients: [[UInt32]], plan: Plan) {
    let (network, loss) = try network()
    var options = PlanOptions()
    options.order = order
    options.accumulate = accumulate
    let plan = try Plan(network, loss: loss, updateRule: SGD(), options: options)
    let executor = try Executor(plan)
    for parameter in network.parameters.indices {
      let value = network.parameters[parameter].value
      for index in 0..<256 {
        executor.elements(of: value)[index] = Float((index * 37 + parameter) % 19 - 9) / 40
      }
    }
    var losses: [UInt64] = []
    for step in 0..<3 {
      let result = executor.step(step, learningRate: 0.05) { micro, batch in
        for index in 0..<1024 {
          batch.inputs?[index] = Float((index * 13 + micro + step) % 11 - 5) / 6
          batch.targets?[index] = Float((index * 7 + micro) % 5 - 2) / 3
        }
      }
      losses.append(result.loss.bitPattern)
    }
    let gradients = network.parameters.indices.map { index in
      (executor.gradient(of: ParameterID(index: index)) ?? .init(start: nil, count: 0))
        .map(\.bitPattern)
    }
    return (losses, gradients, plan)
  }

  /// Everything is made again, block by block, before its backward.
  private func recomputing(_ network: Network) -> StepOrder {
    var actions: [StepOrder.Action] = network.nodes.indices.map { .forward(NodeID(index: $0)) }
    for block in (0..<(network.nodes.count - 1) / 3).reversed() {
      let nodes = (3 * block..<3 * block + 3).map { NodeID(index: $0) }
      if block == (network.nodes.count - 1) / 3 - 1 {
        actions.append(.backward(NodeID(index: network.nodes.count - 1)))
      }
      actions += nodes.map { .forward($0) } + nodes.reversed().map { .backward($0) }
    }
    return StepOrder(actions)
  }

  @Test(arguments: [1, 3]) func gradientsAreBitwiseEqual(accumulate: Int) throws {
    let kept = try trained(nil, accumulate: accumulate)
    let order = recomputing(try network().0)
    let again = try trained(order, accumulate: accumulate)
    #expect(again.losses == kept.losses)
    #expect(again.gradients == kept.gradients)
    #expect(again.plan.arenaBytes < kept.plan.arenaBytes)
  }

  @Test func recomputeIsAPhaseOfItsOwn() throws {
    let plan = try trained(recomputing(try network().0)).plan
    // 13 nodes, of which four activations are fused into the product before them.
    #expect(plan.rows.count { $0.phase == .forward } == 9)
    #expect(plan.rows.count { $0.phase == .recompute } == 8)
    #expect(plan.rows.count { $0.phase == .backward } == 9)
    let saved = plan.rows.reduce(0) { $0 + $1.savedBytes }
    #expect(saved == plan.rows.reduce(0) { $0 + $1.freedBytes })
    #expect(plan.rows.contains { $0.phase == .recompute && $0.savedBytes > 0 })
  }

  @Test func ordersThatCannotRunAreRefused() throws {
    let (network, loss) = try network()
    let all = StepOrder(storingAll: network).actions
    func refusal(_ actions: [StepOrder.Action]) -> PlanError? {
      var options = PlanOptions()
      options.order = StepOrder(actions)
      do {
        _ = try Plan(network, loss: loss, updateRule: SGD(), options: options)
        return nil
      } catch { return error }
    }
    #expect(refusal(all) == nil)
    #expect(refusal(Array(all.dropLast())) == .order("backward does not reach the first node"))
    #expect(
      refusal(Array(all.dropFirst())) == .order("t0 runs forward before what stands in front of it")
    )
    #expect(refusal(all + [.forward(NodeID(index: 99))]) == .order("there is no node 99"))
    var swapped = all
    swapped.swapAt(13, 14)
    #expect(refusal(swapped) == .order("backward does not run from the last node to the first"))
  }
}
