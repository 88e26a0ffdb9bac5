import Glibc
import Rematerialization
import Training

/// `gradtop plan`: memory against recompute.
struct PlanCommand {
  private let path: String
  private let budget: Int?
  private let showsFrontier: Bool
  private let isJSON: Bool
  private let solver: ChainSolver
  private let offloads: Bool
  private let output: String?

  init(_ arguments: Arguments) throws(Failure) {
    path = try arguments.trace()
    budget = try arguments.size("--budget")
    showsFrontier = arguments.has("--frontier") || budget == nil
    isJSON = try arguments.choice("--format", of: ["text", "json"]) == "json"
    solver =
      ChainSolver(
        rawValue: try arguments.choice("--solver", of: ChainSolver.allCases.map(\.rawValue)))
      ?? .weak
    offloads = arguments.has("--offload")
    output = arguments.text("--output")
  }

  func run() throws(Failure) -> ExitStatus {
    // Not all of a trace, which may be long.
    if try readFile(path, atMost: 5) == [0x89, 0x4D, 0x43, 0x41, 0x50] {
      return try planTrace()
    } else {
      if offloads {
        throw Failure(
          .usage, "plan", "--offload is for traces",
          hint: "costs do not say what a transfer takes")
      }
      try planChain(try CostsFile.read(try readFile(path), path: path))
    }
    return .success
  }

  private func planTrace() throws(Failure) -> ExitStatus {
    let planning = try TracePlanning(path, solver: solver, offloads: offloads)
    var text = ""
    let frontier = showsFrontier ? try planning.frontier() : []
    if let budget {
      let plan = try planning.plan(budget: budget, in: path)
      let file = planning.file(plan, budget: budget)
      if let output { try write(file, to: output) }
      text += isJSON ? file : planning.text(plan, budget: budget, storeAll: try planning.storeAll())
    }
    if showsFrontier {
      if isJSON {
        tellPlanIsLeftOut()
        text =
          "[\n"
          + frontier.map { "  " + planning.json($0, budget: $0.peak).text }
          .joined(separator: ",\n") + "\n]\n"
      } else {
        var baselines: [(name: String, plans: [MemoryPlan])] = []
        for solver in [ChainSolver.persistent, .sqrt, .knapsack] where solver != self.solver {
          baselines.append((solver.rawValue, try planning.baseline(solver)))
        }
        text += (text.isEmpty ? "" : "\n") + planning.text(frontier, baselines: baselines)
      }
    }
    try write(text, to: budget == nil ? output : nil)
    let isWhole = tellDamage(of: path, planning.gaps, hasEnded: planning.hasEnded)
    return isWhole ? .success : .incomplete
  }

  private func planChain(_ costs: ChainCosts) throws(Failure) {
    do {
      let report = ChainReport(
        costs: costs, planner: try ChainPlanner(costs, solver: solver))
      try print(report)
    } catch let error as Failure {
      throw error
    } catch let error as PlanningError {
      throw Failure(error, in: path) { "stage \($0)" }
    } catch {
      throw Failure(.internalError, path, "\(error)")
    }
  }

  private func print(_ report: ChainReport) throws {
    var text = ""
    var plan: ChainPlan?
    if let budget {
      let found = try report.planner.plan(budget: budget)
      plan = found
      text +=
        isJSON
        ? report.detailed(found, budget: budget).text + "\n"
        : report.text(found, budget: budget)
    }
    if showsFrontier {
      let frontier = try report.planner.frontier()
      if isJSON {
        tellPlanIsLeftOut()
        text = report.json(frontier)
      } else {
        text += (text.isEmpty ? "" : "\n") + report.text(frontier, baselines: try baselines(report))
      }
    }
    if let output, let plan, let budget {
      try write(report.detailed(plan, budget: budget).text + "\n", to: output)
    } else if let output {
      try write(text, to: output)
      return
    }
    try write(text, to: nil)
  }

  private func baselines(_ report: ChainReport) throws -> [(name: String, plans: [ChainPlan])] {
    try [ChainSolver.persistent, .sqrt, .knapsack].filter { $0 != solver }.map {
      ($0.rawValue, try ChainPlanner(report.costs, solver: $0).frontier())
    }
  }

  /// One document is one value: the frontier, where both are asked for.
  private func tellPlanIsLeftOut() {
    guard budget != nil, output == nil else { return }
    printNote("gradtop: plan: only the frontier is printed; -o FILE writes the plan of --budget")
  }

  private func write(_ text: String, to path: String?) throws(Failure) {
    let descriptor = try openOutput(path, reading: self.path)
    defer { if descriptor != STDOUT_FILENO { close(descriptor) } }
    if let code = writeAll(text, to: descriptor), code != EPIPE {
      throw Failure(
        .inputOutput, path ?? "standard output", String(cString: strerror(code)))
    }
  }
}

extension Failure {
  /// A chain that cannot be planned; `name` says what a stage is called.
  init(_ error: PlanningError, in place: String, name: (Int) -> String) {
    switch error {
    case .budget(let error):
      let (smallest, what) = (error.smallest, name(error.smallest.stage))
      let part: String
      switch smallest.cause {
      case .forward: part = "forward"
      case .saving: part = "forward, with what its backward needs,"
      case .backward: part = "backward"
      }
      self.init(
        .budget, place,
        "a budget of \(error.budget) bytes cannot be met: \(part) of \(what) needs "
          + "\(smallest.bytes) bytes",
        hint: "the smallest budget is \(smallest.bytes) bytes")
    case .unmet(let budget):
      self.init(
        .budget, place, "this solver has no plan within \(budget) bytes",
        hint: "--solver weak finds what can be met")
    case .tooLong(let stages, let limit):
      self.init(
        .usage, "plan --solver exact",
        "a chain of \(stages) stages cannot be searched exhaustively, at most \(limit)",
        hint: "--solver weak is within 2 % of it")
    case .costs(let error):
      self.init(.badInput, error.place.isEmpty ? place : "\(place): \(error.place)", error.reason)
    case .invalid(let error):
      self.init(.internalError, place, "the plan cannot be run: \(error)")
    }
  }
}
