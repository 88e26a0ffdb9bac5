import Testing

@testable import Rematerialization

/// Every solver against the optimal costs of `Vectors/rematerialization.json`.
@Suite struct VectorTests {
  private let vectors: Vectors

  init() throws { vectors = try Vectors.read() }

  @Test func solvesEachChainAtEachBudget() throws {
    #expect(vectors.chains.count == 50)
    let solvers: [(ChainSolver, KeyPath<Vectors.Point, Double>)] = [
      (.weak, \.weak_dp), (.persistent, \.persistent_dp), (.exact, \.optimal),
    ]
    for chain in vectors.chains {
      let costs = try ChainCosts(chain)
      for (solver, expected) in solvers {
        let planner = try ChainPlanner(costs, solver: solver)
        let frontier = try planner.frontier()
        for point in chain.frontier {
          let plan = try planner.plan(budget: point.budget)
          #expect(
            plan.makespan == point[keyPath: expected], "\(chain.id) \(solver) \(point.budget)")
          #expect(plan.peak <= point.budget, "\(chain.id) \(solver) \(point.budget)")
          let nearest = frontier.last { $0.peak <= point.budget }
          #expect(
            nearest?.makespan == point[keyPath: expected], "\(chain.id) \(solver) frontier")
        }
      }
    }
  }

  @Test func theSmallestBudgetIsTheClosedForm() throws {
    for chain in vectors.chains {
      let costs = try ChainCosts(chain)
      let smallest = SmallestBudget(costs)
      #expect(smallest.bytes == chain.min_feasible_budget, "\(chain.id)")
      let planner = try ChainPlanner(costs)
      #expect(try planner.frontier().first?.peak == smallest.bytes, "\(chain.id)")
      #expect(
        throws: PlanningError.budget(
          BudgetError(budget: smallest.bytes - 1, smallest: smallest))
      ) { try planner.plan(budget: smallest.bytes - 1) }
    }
  }

  @Test func storesAllAsTheVectorsDo() throws {
    for chain in vectors.chains {
      let planner = try ChainPlanner(ChainCosts(chain))
      #expect(planner.storeAll.makespan == chain.store_all.makespan, "\(chain.id)")
      #expect(planner.storeAll.peak == chain.store_all.peak, "\(chain.id)")
    }
  }

  @Test func replaysTheExamples() throws {
    for chain in vectors.chains {
      let (costs, example) = (try ChainCosts(chain), chain.example)
      let listed = [
        (example.optimal_ops, example.optimal_peak), (example.weak_ops, example.weak_peak),
        (example.persistent_ops, example.persistent_peak),
      ]
      for (ops, peak) in listed {
        let schedule = try ops.map { try #require(ChainAction($0)) }
        #expect(try ChainPlan(schedule, for: costs).peak == peak, "\(chain.id)")
      }
    }
  }

  @Test func searchesEachGraphAtEachBudget() throws {
    #expect(vectors.dags.count == 9)
    for graph in vectors.dags {
      let search = try GraphSearch(ComputationGraph(graph))
      let frontier = search.frontier()
      #expect(frontier.map(\.makespan) == graph.frontier.map(\.exact_cost), "\(graph.name)")
      #expect(frontier.map(\.peak) == graph.frontier.map(\.exact_peak), "\(graph.name)")
      #expect(search.plan(budget: graph.min_feasible_budget - 1) == nil, "\(graph.name)")
    }
  }

  @Test func replaysTheSchedulesOfGraphs() throws {
    for graph in vectors.dags {
      for point in graph.frontier {
        let schedule = point.schedule.compactMap { text -> GraphAction? in
          guard let index = Int(text.dropFirst()) else { return nil }
          return text.hasPrefix("C") ? .compute(op: index) : .drop(tensor: index)
        }
        let plan = GraphPlan(schedule, for: try ComputationGraph(graph))
        #expect(plan?.makespan == point.exact_cost, "\(graph.name) \(point.budget)")
        #expect(plan?.peak == point.exact_peak, "\(graph.name) \(point.budget)")
      }
    }
  }

  @Test func revolvesAsTheClosedFormSays() {
    var count = 0
    for (snapshots, values) in vectors.revolve.t {
      for (index, expected) in values.enumerated() {
        let revolve = Revolve(steps: index + 1, snapshots: Int(snapshots) ?? 0)
        #expect(revolve.advances == expected, "t(\(index + 1), \(snapshots))")
        #expect(
          revolve.repetitions == vectors.revolve.r[snapshots]?[index],
          "r(\(index + 1), \(snapshots))")
        count += 1
      }
    }
    #expect(count == 640)
  }

  @Test func reversesOverTwoLevelsOfStorage() {
    #expect(vectors.hrevolve.points.count == 45)
    for point in vectors.hrevolve.points {
      let levels = point.slots.indices.map {
        StorageLevel(slots: point.slots[$0], write: point.write[$0], read: point.read[$0])
      }
      let revolve = HRevolve(levels: levels, forward: point.uf, backward: point.ub)
      #expect(revolve.makespan(steps: point.L) == point.makespan, "\(point)")
    }
  }

  /// A homogeneous chain with room for one ā and k outputs takes t(n, k - 1) + n.
  @Test(arguments: [5, 12, 24]) func aHomogeneousChainRevolves(n: Int) throws {
    let costs = try ChainCosts(
      a: Array(repeating: 1, count: n + 1), abar: Array(repeating: n, count: n),
      delta: Array(repeating: 0, count: n + 1), uf: Array(repeating: 1, count: n),
      ub: Array(repeating: 0, count: n), of: Array(repeating: 0, count: n),
      ob: Array(repeating: 0, count: n))
    for k in 2...min(8, n) {
      for solver in [ChainSolver.weak, .persistent] {
        let plan = try ChainPlanner(costs, solver: solver).plan(budget: n + k)
        let expected = Revolve(steps: n, snapshots: k - 1).advances + n
        #expect(plan.makespan == Double(expected), "n \(n), k \(k), \(solver)")
      }
      let schedule = Revolve.schedule(costs, snapshots: k - 1)
      let plan = try ChainPlan(schedule, for: costs)
      #expect(plan.makespan == Double(Revolve(steps: n, snapshots: k - 1).advances + n))
      #expect(plan.peak <= n + k)
    }
  }
}
