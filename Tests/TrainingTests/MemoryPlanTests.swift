import Foundation
import Rematerialization
import Testing

@testable import Autodiff
@testable import Training

/// Plans change what is kept, and nothing else: gradients, weights and running statistics stay the
/// same bit by bit, and the arena is as large as was said.
@Suite struct MemoryPlanTests {
  /// A model of layers that something is special about.
  enum Kind: String, CaseIterable {
    case dropout, batchNorm, convolution, attention, lstm, gru, bfloat16

    var layers: String {
      switch self {
      case .dropout:
        repeated(
          #"{"type": "Linear", "out_features": 32}, {"type": "Dropout", "p": 0.3}, {"type": "GELU"}"#
        )
      case .batchNorm:
        repeated(
          #"{"type": "Linear", "out_features": 32}, {"type": "BatchNorm1d"}, {"type": "ReLU"}"#)
      case .convolution:
        repeated(
          """
          {"type": "Residual", "body": [
            {"type": "Conv2d", "out_channels": 3, "kernel_size": 3, "padding": 1},
            {"type": "BatchNorm2d"}, {"type": "ReLU"},
            {"type": "Conv2d", "out_channels": 3, "kernel_size": 3, "padding": 1}]}
          """) + #", {"type": "Flatten"}"#
      case .attention:
        #"{"type": "Embedding", "embedding_dim": 16}, "#
          + repeated(
            """
            {"type": "Residual", "body": [
              {"type": "LayerNorm"}, {"type": "MultiheadAttention", "num_heads": 2, "causal": true},
              {"type": "Dropout", "p": 0.1}]}
            """)
      case .lstm, .gru:
        #"{"type": "Embedding", "embedding_dim": 16}, "#
          + repeated(#"{"type": "\#(rawValue.uppercased())", "hidden_size": 16}"#)
      case .bfloat16:
        repeated(
          #"{"type": "Linear", "out_features": 32}, {"type": "LayerNorm"}, {"type": "GELU"}"#)
      }
    }

    private func repeated(_ body: String) -> String {
      #"{"type": "Repeat", "name": "blocks", "times": 4, "body": [\#(body)]}"#
    }

    var data: String {
      switch self {
      case .dropout, .batchNorm, .bfloat16:
        #"{"type": "teacher", "inputs": 24, "outputs": 8, "samples": 128}"#
      case .convolution:
        #"{"type": "images", "size": 12, "channels": 3, "classes": 8, "samples": 64}"#
      case .attention, .lstm, .gru:
        #"{"type": "copy", "length": 6, "symbols": 6, "samples": 64}"#
      }
    }

    var loss: String { data.contains("teacher") ? "MSELoss" : "CrossEntropyLoss" }

    func file(_ checkpoint: MemoryDescription.Checkpoint = .none) throws -> ModelFile {
      let text = """
        {"seed": 5, "data": \(data), "model": [\(layers),
           {"type": "Linear", "name": "head", "out_features": 8}],
         "loss": {"type": "\(loss)"}, "optimizer": {"type": "Adam", "lr": 0.01},
         "training": {"steps": 12, "batch_size": \(data.contains("teacher") ? 128 : 32), "clip_grad_norm": 1}}
        """
      var file = try ModelFile(Array(text.utf8), folder: ".")
      file.memory.checkpoint = checkpoint
      if self == .bfloat16 { file.training.precision = "bf16" }
      return file
    }
  }

  /// The smallest budget of some that can be met, and its model.
  private func planned(_ kind: Kind) throws -> PreparedModel {
    let all = try PreparedModel(kind.file(), threads: 1).executor.plan.arenaBytes
    for share in [0.7, 0.8, 0.9] {
      let budget = Int(share * Double(all))
      do {
        let model = try PreparedModel(kind.file(.budget(budget)), threads: 1)
        let peak = model.executor.plan.arenaBytes
        #expect(peak <= budget)
        return model
      } catch TrainingError.budget { continue }
    }
    throw TrainingError.plan(.order("no budget is met"))
  }

  /// Parameters and running statistics.
  private func state(_ model: PreparedModel) -> [[UInt32]] {
    let network = model.executor.plan.network
    return (network.parameters.map(\.value) + network.buffers.map(\.value)).map { value in
      model.executor.elements(of: value).map(\.bitPattern)
    }
  }

  private func trained(_ kind: Kind) throws -> [[UInt32]] {
    let model = try PreparedModel(kind.file(), threads: 1)
    var trainer = Trainer(model, control: TrainingControl())
    _ = trainer.run(recording: nil)
    return state(model)
  }

  @Test(arguments: Kind.allCases) func gradientsAreBitwiseEqual(_ kind: Kind) throws {
    let model = try planned(kind)
    #expect(model.executor.plan.rows.contains { $0.phase == .recompute })
    let verifier = try PlanVerifier(model.file, threads: 1) { _ throws(TrainingError) in }
    var trainer = Trainer(model, control: TrainingControl(), verifier: verifier)
    let outcome = trainer.run(recording: nil)
    let verdict = try #require(outcome.verdict)
    #expect(verdict.difference == nil && verdict.steps == 12)
    #expect(verdict.equal == 12 * model.executor.plan.network.parameters.count)
    #expect(try state(model) == trained(kind))
  }

  /// A plan for a budget may send out what is saved, where the model says so; it is told, it fits, it
  /// changes no bit, and as a file it does the same again.
  @Test(arguments: [Kind.convolution, .attention])
  func whatLeavesMemoryComesBackAsItWas(_ kind: Kind) throws {
    let all = try PreparedModel(kind.file(), threads: 1).executor.plan.arenaBytes
    var file = try kind.file(.budget(all * 9 / 10))
    file.memory.offload = .auto
    let whole = try PreparedModel(kind.file(), threads: 1).executor.plan
    // Transfers that take no time, so that every machine decides alike.
    var costs = NetworkCosts(whole)
    costs.transfer = Transfer(
      writeTime: 0, readTime: 0, minimumBytes: OffloadOptions.minimumBytes, overlaps: true,
      handoff: 0)
    let forecast = try ArenaForecast(kind.file(), threads: 1)
    let planner = try MemoryPlanner(
      costs, pack: { (order) throws(TrainingError) in try forecast.bytes(order) })
    let plan = try planner.plan(budget: all * 9 / 10)
    #expect(plan.peak <= all * 9 / 10)
    #expect(plan.order.contains { if case .offload = $0 { true } else { false } })
    let text = PlanFile.text(
      plan.order, of: costs, model: "m", budget: all, peak: plan.peak, time: plan.time,
      solver: "weak", modules: [])
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("plan-\(kind.rawValue)-\(getpid()).json").path
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(atPath: path) }
    var planned = try kind.file()
    planned.memory.plan = path
    let model = try PreparedModel(planned, threads: 1)
    #expect(model.executor.plan.arenaBytes == plan.peak)
    #expect(model.executor.plan.offloadedTensors > 0)
    #expect(try #require(model.inForce).layers.contains { $0.isOffloaded && $0.freed > 0 })
    var trainer = Trainer(model, control: TrainingControl())
    _ = trainer.run(recording: nil)
    #expect(try state(model) == trained(kind))
    // With what transfers take here.
    let budgeted = try PreparedModel(file, threads: 1)
    #expect(budgeted.executor.plan.arenaBytes <= all * 9 / 10)
    var other = Trainer(budgeted, control: TrainingControl())
    _ = other.run(recording: nil)
    #expect(try state(budgeted) == trained(kind))
  }

  @Test(arguments: Kind.allCases) func segmentsChangeNoBit(_ kind: Kind) throws {
    let model = try PreparedModel(kind.file(.sqrt), threads: 1)
    #expect(model.executor.plan.rows.contains { $0.phase == .recompute })
    var trainer = Trainer(model, control: TrainingControl())
    _ = trainer.run(recording: nil)
    #expect(try state(model) == trained(kind))
  }

  /// What was predicted, what the packed arena has, and how far steps write into it.
  @Test(arguments: Kind.allCases) func theArenaIsAsLargeAsPredicted(_ kind: Kind) throws {
    let model = try planned(kind)
    let plan = model.executor.plan
    let order = try #require(plan.options.order)
    let forecast = try ArenaForecast(kind.file(), threads: 1)
    let predicted = try forecast.bytes(
      order.actions.map {
        switch $0 {
        case .forward(let node): .forward(node.index)
        case .backward(let node): .backward(node.index)
        }
      })
    #expect(predicted == model.inForce?.peak)
    #expect(predicted == plan.arenaBytes)
    var trainer = Trainer(model, control: TrainingControl())
    var last = 0
    for step in 0..<3 {
      let before = Array(model.executor.arenaContents)
      _ = trainer.step(step)
      let after = model.executor.arenaContents
      last = max(last, after.indices.last { after[$0] != before[$0] } ?? 0)
    }
    // oneDNN does not fill all scratch memory, and two scalars on top, of 64 bytes each, may be such
    // that steps only read.
    let scratch = Set(plan.scratch.compactMap { $0?.index })
    let tensors = plan.factory.tensors.tensors
    let top =
      tensors.indices.filter { !scratch.contains($0) }
      .map { plan.offsets[$0] + ArenaPacking.aligned(tensors[$0].bytes) }.max() ?? 0
    #expect(last < predicted && last >= top - 192)
  }

  /// A budget that comes while a run goes on changes its arena, and nothing that it learns.
  @Test(arguments: [Kind.dropout, .batchNorm, .lstm])
  func aBudgetInALiveRunChangesNoBit(_ kind: Kind) throws {
    let budget = try planned(kind).executor.plan.arenaBytes
    let model = try PreparedModel(kind.file(), threads: 1)
    let all = model.executor.plan.arenaBytes
    let control = TrainingControl()
    control.plan(budget: budget)
    var trainer = Trainer(model, control: control)
    let outcome = trainer.run(recording: nil)
    let plan = try #require(outcome.plan)
    #expect(plan.firstStep == 5 && plan.budget == budget && plan.storeAllPeak == all)
    #expect(plan.peak <= budget && plan.peak == model.executor.plan.arenaBytes)
    #expect(try #require(plan.predictedTime) > 0)
    #expect(plan.layers.contains { $0.isRecomputed && $0.freed > 0 && $0.paid > 0 })
    #expect(control.planningNote.isEmpty)
    #expect(try state(model) == trained(kind))
  }

  @Test func aBudgetThatCannotBeMetIsTold() throws {
    let model = try PreparedModel(Kind.dropout.file(), threads: 1)
    let all = model.executor.plan.arenaBytes
    let control = TrainingControl()
    control.plan(budget: 1000)
    #expect(control.planningNote == "measuring for the new plan")
    var trainer = Trainer(model, control: control)
    #expect(trainer.run(recording: nil).plan == nil)
    #expect(
      control.planningNote.hasPrefix("a budget of 1000 bytes cannot be met: "),
      "\(control.planningNote)")
    #expect(model.executor.plan.arenaBytes == all)
  }
}

extension Executor {
  /// All bytes of the arena.
  fileprivate var arenaContents: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: arena, count: plan.arenaBytes)
  }
}
