import SeededNumbers
import Testing

@testable import Rematerialization

/// The exact search of graphs against an independent one, on random graphs.
@Suite struct RandomGraphTests {
  static func graph(seed: UInt64) throws -> ComputationGraph {
    var random = SeededGenerator(seed: seed)
    let count = Int.random(in: 2...4, using: &random)
    var ops: [ComputationGraph.Op] = []
    for node in 0..<count {
      var reads = node > 0 ? [node - 1] : []
      if node > 1, Bool.random(using: &random) {
        reads.append(Int.random(in: 0..<node - 1, using: &random))
      }
      ops.append(
        .init(
          time: Double(Int.random(in: 1...6, using: &random)),
          workspace: Int.random(in: 0...2, using: &random), reads: reads, writes: [node],
          isBackward: false))
    }
    for node in (0..<count).reversed() {
      let before = ops.count - 1
      ops.append(
        .init(
          time: Double(Int.random(in: 1...6, using: &random)),
          workspace: Int.random(in: 0...2, using: &random),
          reads: [node] + (node < count - 1 ? [before] : []), writes: [count + count - 1 - node],
          isBackward: true))
    }
    return try ComputationGraph(
      ops: ops, tensors: (0..<2 * count).map { _ in Int.random(in: 1...5, using: &random) })
  }

  @Test(arguments: 1...16) func findsWhatTryingEverythingFinds(seed: UInt64) throws {
    let graph = try Self.graph(seed: seed)
    let search = try GraphSearch(graph)
    let largest = graph.tensors.reduce(4, +)
    for budget in stride(from: 1, through: largest, by: 1) {
      let best = Exhaustive(graph, budget: budget).least()
      #expect(search.plan(budget: budget)?.makespan == best, "seed \(seed), budget \(budget)")
    }
  }
}

/// Least cost by relaxing over all states until nothing changes: slow and plain.
private struct Exhaustive {
  struct State: Hashable {
    var resident: Set<Int>
    var done: Set<Int>
  }

  let graph: ComputationGraph
  let budget: Int

  init(_ graph: ComputationGraph, budget: Int) {
    self.graph = graph
    self.budget = budget
  }

  func least() -> Double? {
    var best: [State: Double] = [State(resident: [], done: []): 0]
    var frontier = Array(best.keys)
    while !frontier.isEmpty {
      var next: Set<State> = []
      for state in frontier {
        for (reached, time) in moves(state) {
          let cost = (best[state] ?? 0) + time
          if cost < best[reached] ?? .infinity {
            best[reached] = cost
            next.insert(reached)
          }
        }
      }
      frontier = Array(next)
    }
    let all = graph.ops.count(where: \.isBackward)
    return best.filter { $0.key.done.count == all }.values.min()
  }

  private func moves(_ state: State) -> [(State, Double)] {
    var result: [(State, Double)] = []
    for tensor in state.resident where !graph.ops[graph.producer[tensor]].isBackward {
      var next = state
      next.resident.remove(tensor)
      result.append((next, 0))
    }
    for (index, op) in graph.ops.enumerated() {
      guard op.reads.allSatisfy(state.resident.contains), !state.done.contains(index) else {
        continue
      }
      var next = state
      next.resident.formUnion(op.writes)
      let bytes = next.resident.reduce(0) { $0 + graph.tensors[$1] } + op.workspace
      guard bytes <= budget else { continue }
      if op.isBackward {
        next.done.insert(index)
        for tensor in next.resident where graph.ops[graph.producer[tensor]].isBackward {
          let isNeeded = graph.ops.indices.contains {
            graph.ops[$0].reads.contains(tensor) && !next.done.contains($0)
          }
          if !isNeeded { next.resident.remove(tensor) }
        }
      }
      result.append((next, op.time))
    }
    return result
  }
}
