import Autodiff
import Foundation
import Training

/// Memory against recompute in steps that are run: predicted against measured time over five budgets
/// of each model, and what half of the memory costs.
///
/// Plans of one model take turns, a step each, so that a noisy machine is as noisy for all.
enum PlanBenchmark {
  static func run(_ names: [String]) throws {
    print("memory against recompute: predicted and measured steps, \(Subject.threads) threads")
    print(row(["model", "budget", "peak", "predicted", "measured", "off by", "x all"]))
    var errors: [Double] = []
    for name in names {
      guard let file = try file(name) else { continue }
      errors += try budgets(name, file)
    }
    report("median error", "\(fixed(100 * median(errors), 1)) % (asked: 5 %)")
    for (name, file) in [("gpt-12", try largeGPT()), ("resnet20", try file("resnet20"))] {
      guard let file, names.contains(name == "gpt-12" ? "gpt" : name) else { continue }
      try half(name, file)
    }
  }

  private static func file(_ name: String) throws -> ModelFile? {
    guard name != "digits" else { return try ModelFile(ModelFile.embedded, folder: "") }
    guard let bytes = FileManager.default.contents(atPath: "traces/\(name).json") else {
      return nil
    }
    return try ModelFile(Array(bytes), folder: "traces")
  }

  /// Twelve layers of width 256 over 256 tokens.
  private static func largeGPT() throws -> ModelFile? {
    guard var text = try? String(contentsOfFile: "traces/gpt.json", encoding: .utf8) else {
      return nil
    }
    for (old, new) in [
      ("\"embedding_dim\": 128", "\"embedding_dim\": 256"),
      ("\"context\": 128", "\"context\": 256"),
      ("\"out_features\": 128", "\"out_features\": 256"), ("\"times\": 4", "\"times\": 12"),
      ("\"out_features\": 512", "\"out_features\": 1024"),
    ] { text = text.replacingOccurrences(of: old, with: new) }
    return try ModelFile(Array(text.utf8), folder: "traces")
  }

  /// Five budgets between the smallest and everything kept: how far predictions are off.
  private static func budgets(_ name: String, _ file: ModelFile) throws -> [Double] {
    var runs = [try Run(file, budget: nil)]
    let (all, least) = (runs[0].peak, try smallest(file))
    for share in [0.1, 0.3, 0.5, 0.7, 0.9] {
      runs.append(try Run(file, budget: least + Int(share * Double(all - least))))
    }
    takeTurns(&runs, seconds: 4)
    let whole = runs[0].measured
    return runs.dropFirst().map { run in
      let predicted = runs[0].predicted(run)
      let error = abs(predicted / run.measured - 1)
      print(
        row([
          name, "\(run.budget ?? 0)", "\(run.peak)", fixed(predicted / 1e6, 3),
          fixed(run.measured / 1e6, 3), "\(fixed(100 * error, 1)) %",
          fixed(run.measured / whole, 3),
        ]))
      return error
    }
  }

  private static func half(_ name: String, _ file: ModelFile) throws {
    let all = try Run(file, budget: nil)
    var runs = [all, try Run(file, budget: all.peak / 2)]
    takeTurns(&runs, seconds: 12)
    report(
      "\(name) at half its peak",
      "\(fixed(runs[1].measured / runs[0].measured, 3)) x everything kept (asked: 1.2), "
        + "predicted \(fixed(runs[0].predicted(runs[1]) / runs[0].measured, 3)); "
        + "\(runs[1].peak) of \(all.peak) bytes")
  }

  /// Bytes of the smallest arena.
  private static func smallest(_ file: ModelFile) throws -> Int {
    var file = file
    file.memory.checkpoint = .budget(1)
    do { _ = try PreparedModel(file, threads: Subject.threads) } catch TrainingError.budget(let it)
    {
      return it.smallest
    }
    return 1
  }

  private static func takeTurns(_ runs: inout [Run], seconds: Double) {
    let start = MonotonicClock.now()
    var rounds = 0
    while rounds < 5 || Double(MonotonicClock.now() - start) < seconds * 1e9, rounds < 400 {
      for index in runs.indices { runs[index].step() }
      rounds += 1
    }
  }

  private static func row(_ cells: [String]) -> String {
    // Rows come minutes apart.
    fflush(nil)
    return "  " + cells.map { $0 + String(repeating: " ", count: max(1, 12 - $0.count)) }.joined()
  }

  fileprivate static func median(_ values: [Double]) -> Double {
    values.isEmpty ? .nan : values.sorted()[values.count / 2]
  }
}

extension PlanBenchmark {
  /// A model with its plan, and what its steps took.
  private struct Run {
    let budget: Int?
    private let model: PreparedModel
    private var trainer: Trainer
    private var index: Int
    private var times: [Double] = []
    /// By node: nanoseconds forward and backward.
    private var forward: [[Double]]
    private var backward: [[Double]]
    private var rest: [Double] = []

    /// Trains the steps that are measured for the plan.
    init(_ file: ModelFile, budget: Int?) throws {
      var file = file
      self.budget = budget
      if let budget { file.memory.checkpoint = .budget(budget) }
      file.training.steps = 6
      model = try PreparedModel(file, threads: Subject.threads)
      trainer = Trainer(model, control: TrainingControl())
      _ = trainer.run(recording: nil)
      index = 6
      forward = model.executor.plan.network.nodes.map { _ in [] }
      backward = forward
    }

    var peak: Int { model.executor.plan.arenaBytes }

    var measured: Double { PlanBenchmark.median(times) }

    mutating func step() {
      let plan = model.executor.plan
      let column = UnsafeMutablePointer<UInt64>.allocate(capacity: 2 * plan.rows.count)
      defer { column.deallocate() }
      column.initialize(repeating: 0, count: 2 * plan.rows.count)
      var record = StepRecord()
      record.times = column
      let result = trainer.step(index, record: record)
      index += 1
      let phases = result.phases
      let fixed = phases.data + phases.optimizer
      times.append(Double(fixed + phases.forward + phases.recompute + phases.backward))
      rest.append(Double(fixed))
      for (row, it) in plan.rows.enumerated() {
        let time = Double(column[2 * row + 1] &- column[2 * row])
        switch it.phase {
        case .forward, .recompute: forward[it.node.index].append(time)
        case .backward: backward[it.node.index].append(time)
        case .optimizer, .offloadOut, .offloadIn: break
        }
      }
    }

    /// What the planner would say that another's steps take, by the medians of this one's ops.
    func predicted(_ other: Run) -> Double {
      sum(other.model.executor.plan) * measured / sum(model.executor.plan)
    }

    private func sum(_ plan: Plan) -> Double {
      plan.rows.reduce(PlanBenchmark.median(rest)) { sum, row in
        switch row.phase {
        case .forward, .recompute: sum + PlanBenchmark.median(forward[row.node.index])
        case .backward: sum + PlanBenchmark.median(backward[row.node.index])
        case .optimizer, .offloadOut, .offloadIn: sum
        }
      }
    }
  }
}
