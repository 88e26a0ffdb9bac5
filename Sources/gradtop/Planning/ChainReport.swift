import Rematerialization
import Training

/// Plans of a chain from a costs file, for people and for programs; times have the file's unit.
struct ChainReport {
  let costs: ChainCosts
  let planner: ChainPlanner

  /// The frontier as `[{"budget", "makespan", "peak", "solver", "schedule"}]`.
  func json(_ frontier: [ChainPlan]) -> String {
    frontier.isEmpty
      ? "[]\n"
      : "[\n" + frontier.map { "  " + json($0, budget: $0.peak).text }.joined(separator: ",\n")
        + "\n]\n"
  }

  func json(_ plan: ChainPlan, budget: Int) -> JSONValue {
    .object([
      .init("budget", .integer(budget)), .init("makespan", .number(plan.makespan)),
      .init("peak", .integer(plan.peak)), .init("solver", .string(planner.solver.rawValue)),
      .init("schedule", .array(plan.schedule.map { .string($0.description) })),
    ])
  }

  /// One plan with what it does to each stage.
  func detailed(_ plan: ChainPlan, budget: Int) -> JSONValue {
    guard case .object(let members) = json(plan, budget: budget) else { return .null }
    let stages = plan.decisions(for: costs).map { it -> JSONValue in
      .object([
        .init("stage", .integer(it.stage)), .init("decision", .string(it.kind.rawValue)),
        .init("forwards", .integer(it.forwards)), .init("freed_bytes", .integer(it.freed)),
        .init("paid", .number(it.paid)),
      ])
    }
    return .object(
      members + [
        .init("store_all", totals(planner.storeAll)),
        .init("smallest_budget", .integer(planner.smallest.bytes)),
        .init("stages", .array(stages)),
      ])
  }

  private func totals(_ plan: ChainPlan) -> JSONValue {
    .object([
      .init("makespan", .number(plan.makespan)), .init("peak", .integer(plan.peak)),
    ])
  }

  /// The frontier, with what the baselines take at the same peak.
  func text(_ frontier: [ChainPlan], baselines: [(name: String, plans: [ChainPlan])]) -> String {
    var table = TextTable(
      ["peak", "time", "x all", "per byte"] + baselines.map(\.name))
    let all = planner.storeAll.makespan
    for (index, plan) in frontier.enumerated() {
      let slope: String
      if index + 1 < frontier.count {
        let next = frontier[index + 1]
        slope = short((plan.makespan - next.makespan) / Double(next.peak - plan.peak))
      } else {
        slope = ""
      }
      table.add(
        ["\(plan.peak)", short(plan.makespan), short(all > 0 ? plan.makespan / all : 1), slope]
          + baselines.map { baseline in
            baseline.plans.last { $0.peak <= plan.peak }.map { short($0.makespan) } ?? "-"
          })
    }
    let first = planner.smallest
    return "store all    \(planner.storeAll.peak) bytes, time \(short(all))\n"
      + "at least     \(first.bytes) bytes: \(reason(first))\n\n" + table.text
  }

  /// One plan, stage by stage.
  func text(_ plan: ChainPlan, budget: Int) -> String {
    var table = TextTable(["stage", "decision", "forwards", "bytes freed", "time paid"])
    for it in plan.decisions(for: costs) {
      table.add([
        "\(it.stage)", it.kind.rawValue, "\(it.forwards)", "\(it.freed)", short(it.paid),
      ])
    }
    let all = planner.storeAll
    return """
      budget       \(budget) bytes
      peak         \(plan.peak) bytes (all stored: \(all.peak))
      time         \(short(plan.makespan)) (all stored: \(short(all.makespan)))
      solver       \(planner.solver.rawValue)
      schedule     \(plan.schedule.map(\.description).joined(separator: " "))


      """ + table.text
  }

  /// What sets the smallest budget.
  func reason(_ smallest: SmallestBudget) -> String {
    switch smallest.cause {
    case .forward(let stage, let toward):
      "forward of stage \(stage) on the way to the backward of stage \(toward)"
    case .saving(let stage): "forward of stage \(stage), which keeps what its backward needs"
    case .backward(let stage): "backward of stage \(stage)"
    }
  }

  private func short(_ number: Double) -> String {
    number == number.rounded() && abs(number) < 1e15
      ? "\(Int(number))" : "\((number * 1000).rounded() / 1000)"
  }
}

/// Columns of text, numbers to the right.
struct TextTable {
  private var rows: [[String]]

  init(_ names: [String]) { rows = [names] }

  mutating func add(_ cells: [String]) { rows.append(cells) }

  var text: String {
    let widths = (rows.first ?? []).indices.map { column in
      rows.map { $0[column].count }.max() ?? 0
    }
    return rows.map { row in
      let line = row.enumerated().map { column, cell in
        let blank = String(repeating: " ", count: widths[column] - cell.count)
        return isNumeric(column) ? blank + cell : cell + blank
      }.joined(separator: "  ")
      return String(line.reversed().drop { $0 == " " }.reversed()) + "\n"
    }.joined()
  }

  private func isNumeric(_ column: Int) -> Bool {
    rows.dropFirst().allSatisfy { row in
      row[column].isEmpty || row[column].first.map { $0.isNumber || "-+".contains($0) } ?? true
    }
  }
}
