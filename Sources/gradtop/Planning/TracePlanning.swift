import Autodiff
import Diagnosis
import Rematerialization
import Screen
import TraceFormat
import TraceSession
import Training

/// Plans for the network of a trace, from what its steps have cost.
struct TracePlanning {
  let network: NetworkCosts
  let planner: MemoryPlanner
  let solver: ChainSolver
  let name: String
  let containers: [String]
  /// Whether peaks are those of packed arenas; else the chain's.
  let isPacked: Bool
  /// Steps that were measured.
  let steps: UInt64
  /// What of the trace could not be read.
  private(set) var gaps: [TraceGap] = []
  /// Whether the trace was closed properly.
  private(set) var hasEnded = true
  private let forecast: ArenaForecast?
  private let pack: (([NetworkAction]) throws(TrainingError) -> Int)?

  /// Steps that planning needs.
  static let leastSteps = NetworkCosts.leastSteps

  /// Plans for all that the trace at `path` has measured.
  init(_ path: String, solver: ChainSolver, offloads: Bool) throws(Failure) {
    let session = Session(source: try openTrace(path))
    while session.poll(limit: 64) {}
    try self.init(
      session.snapshot(), place: path, folders: Self.folders(of: path), solver: solver,
      offloads: offloads)
    (gaps, hasEnded) = (session.gaps, session.snapshot().state == .closed)
  }

  /// Where the files that the model of the trace at `path` names may lie.
  static func folders(of path: String) -> [String] {
    let slash = path.lastIndex(of: "/")
    return [slash.map { String(path[..<$0]) } ?? ".", "."]
  }

  /// Plans for what `snapshot` has measured.
  ///
  /// - Parameters:
  ///   - place: What to name where that cannot be done.
  ///   - folders: Where the files that the model names may lie.
  ///   - offloads: Whether a plan may send out what is saved; so it may where the model says "auto".
  ///   - around: Runs what it is given, or does not: then planning breaks off.
  init(
    _ snapshot: Snapshot, place: String, folders: [String], solver: ChainSolver = .weak,
    offloads: Bool = false,
    around: @escaping (() -> Void) -> Void = { $0() }
  ) throws(Failure) {
    var costs: NetworkCosts
    do { costs = try NetworkCosts(snapshot) } catch {
      switch error {
      case .tooFewSteps(let found, let needed):
        throw Failure(
          .badInput, place, "\(found) steps with times of ops, a plan needs \(needed)",
          hint: "record some more, without --no-instrument")
      }
    }
    self.solver = solver
    name = snapshot.run?.name ?? ""
    steps = snapshot.totals.steps
    containers = snapshot.graph.containers.map(\.path)
    if offloads || Self.asksForOffload(snapshot) {
      do { costs.transfer = try Transfer.measured(threads: Int(snapshot.run?.threads ?? 1)) } catch
      {
        // Who asked for it is told that there is no place for a file; who did not, can do without.
        if offloads { throw Failure(.offload(error), in: place) }
      }
    }
    network = costs
    let forecast = Self.forecast(snapshot, folders, costs)
    self.forecast = forecast
    if let forecast {
      pack = { (order) throws(TrainingError) in
        var result = Result<Int, TrainingError>.failure(.plan(.order("planning was broken off")))
        around {
          do throws(TrainingError) { result = .success(try forecast.bytes(order)) } catch {
            result = .failure(error)
          }
        }
        return try result.get()
      }
    } else {
      pack = nil
    }
    isPacked = forecast != nil
    do { planner = try MemoryPlanner(network, solver: solver, pack: pack) } catch {
      throw Failure(error, in: place) { "stage \($0)" }
    }
  }

  private static func asksForOffload(_ snapshot: Snapshot) -> Bool {
    guard let text = snapshot.run?.modelText, !text.isEmpty else { return false }
    return (try? ModelFile(Array(text.utf8), folder: "."))?.memory.offload == .auto
  }

  /// The trace's model, where it can be built here and has the same nodes.
  private static func forecast(
    _ snapshot: Snapshot, _ folders: [String], _ network: NetworkCosts
  ) -> ArenaForecast? {
    guard let run = snapshot.run, !run.modelText.isEmpty, let step = snapshot.step else {
      return nil
    }
    for folder in folders {
      guard var file = try? ModelFile(Array(run.modelText.utf8), folder: folder) else { continue }
      file.memory = MemoryDescription()
      file.training.batchSize = max(1, Int(step.samples) / max(1, file.training.accumulate))
      if !run.precision.isEmpty { file.training.precision = run.precision }
      guard let forecast = try? ArenaForecast(file, threads: Int(run.threads)),
        forecast.nodes == network.nodes.map(\.name)
      else { continue }
      return forecast
    }
    return nil
  }

  /// Live bytes after each op in `order`; empty where the model is not at hand.
  func liveBytes(_ order: [NetworkAction]) throws(Failure) -> [UInt64] {
    do { return try forecast?.liveBytes(order) ?? [] } catch { throw Failure(error, in: name) }
  }

  /// The same with another solver.
  func baseline(_ solver: ChainSolver) throws(Failure) -> [MemoryPlan] {
    let planner: MemoryPlanner
    do { planner = try MemoryPlanner(network, solver: solver, pack: pack) } catch {
      throw Failure(error, in: name) { "stage \($0)" }
    }
    return try frontier(planner, limit: 12)
  }

  func frontier() throws(Failure) -> [MemoryPlan] { try frontier(planner, limit: 24) }

  private func frontier(
    _ planner: MemoryPlanner, limit: Int
  ) throws(Failure) -> [MemoryPlan] {
    do { return try planner.packedFrontier(limit: limit) } catch {
      throw Self.failure(error, name)
    }
  }

  func plan(budget: Int, in path: String) throws(Failure) -> MemoryPlan {
    do { return try planner.plan(budget: budget) } catch { throw Self.failure(error, path) }
  }

  func storeAll() throws(Failure) -> MemoryPlan {
    do { return try planner.storeAll() } catch { throw Self.failure(error, name) }
  }

  static func failure(_ error: MemoryPlannerError, _ place: String) -> Failure {
    switch error {
    case .budget(let error): Failure(TrainingError.budget(error), in: place)
    case .training(let error): Failure(error, in: place)
    }
  }
}

// MARK: - For people and programs

extension TracePlanning {
  /// What `gradtop run --plan` takes.
  func file(_ plan: MemoryPlan, budget: Int) -> String {
    PlanFile.text(
      plan.order, of: network, model: name, budget: budget, peak: plan.peak, time: plan.time,
      solver: solver.rawValue, modules: modules(plan))
  }

  private func modules(_ plan: MemoryPlan) -> [String] {
    network.modules(for: network.decisions(for: plan.order), containers: containers)
  }

  /// Where not every choice was looked at.
  private var heuristic: String {
    let (all, whole) = planner.stages.blocks
    guard whole > 0 else { return "" }
    return
      "; heuristic in \(whole) of \(all) blocks, too large to try every choice: kept or made again whole"
  }

  private var kind: String { isPacked ? "arena, packed" : "estimated: the model is not at hand" }

  func text(_ plan: MemoryPlan, budget: Int, storeAll: MemoryPlan) -> String {
    var table = TextTable(["layer", "decision", "bytes freed", "ms paid"])
    for it in network.decisions(for: plan.order) {
      table.add([
        it.layer, it.name, "\(it.freed)",
        Figure.fixed(it.paid / 1e6, places: 3),
      ])
    }
    let modules = modules(plan)
    return """
      budget       \(budget) bytes
      peak         \(plan.peak) bytes (\(kind))
      step         \(milliseconds(plan.time)) ms (all stored: \(storeAll.peak) bytes, \(milliseconds(storeAll.time)) ms)
      solver       \(solver.rawValue)\(heuristic)
      in PyTorch   \(modules.isEmpty ? "nothing to wrap" : "torch.utils.checkpoint around \(modules.joined(separator: ", "))")


      """ + table.text
  }

  func text(
    _ frontier: [MemoryPlan], baselines: [(name: String, plans: [MemoryPlan])]
  ) -> String {
    var table = TextTable(["peak bytes", "step ms", "x all", "ms per MB"] + baselines.map(\.name))
    let all = frontier.last?.time ?? 1
    for (index, plan) in frontier.enumerated() {
      var slope = ""
      if index + 1 < frontier.count {
        let next = frontier[index + 1]
        slope = Figure.number((plan.time - next.time) / Double(max(1, next.peak - plan.peak)))
      }
      table.add(
        [
          "\(plan.peak)", milliseconds(plan.time), Figure.fixed(plan.time / all, places: 3), slope,
        ]
          + baselines.map { baseline in
            baseline.plans.last { $0.peak <= plan.peak }.map { milliseconds($0.time) } ?? "-"
          })
    }
    return "peaks are of the whole \(kind)\n\n" + table.text
  }

  func json(_ plan: MemoryPlan, budget: Int) -> JSONValue {
    .object([
      .init("budget", .integer(budget)), .init("makespan", .number(plan.time / 1e6)),
      .init("peak", .integer(plan.peak)), .init("solver", .string(solver.rawValue)),
      .init(
        "schedule",
        .array(
          plan.order.map {
            switch $0 {
            case .forward(let node): .string("F \(network.nodes[node].name)")
            case .backward(let node): .string("B \(network.nodes[node].name)")
            case .offload(let node): .string("O \(network.nodes[node].name)")
            }
          })),
    ])
  }

  private func milliseconds(_ time: Double) -> String { Figure.fixed(time / 1e6, places: 3) }
}
