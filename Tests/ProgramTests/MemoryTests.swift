import Foundation
import Testing

/// `memory` in a model file, `run --memory-budget`, `--plan` and `--verify-plan`.
@Suite struct MemoryTests {
  let gradtop: Gradtop

  init() throws { gradtop = try Gradtop() }

  private func model(_ memory: String, training: String = "") -> String {
    """
    {"name": "deep", "seed": 3,
     "data": {"type": "teacher", "inputs": 24, "outputs": 8, "samples": 256},
     "model": [
       {"type": "Linear", "name": "in", "out_features": 48},
       {"type": "Repeat", "name": "blocks", "times": 6, "body": [
         {"type": "Residual", "name": "r", "body": [
           {"type": "LayerNorm"}, {"type": "Linear", "out_features": 96}, {"type": "GELU"},
           {"type": "Linear", "out_features": 48}]}]},
       {"type": "Linear", "name": "head", "out_features": 8}],
     "loss": {"type": "MSELoss"}, "optimizer": {"type": "AdamW", "lr": 0.001},
     "training": {"steps": 12, "batch_size": 128\(training)}\(memory)}
    """
  }

  private func run(_ memory: String, training: String = "", _ options: String...) throws -> Outcome
  {
    try model(memory, training: training)
      .write(to: gradtop.folder.file("m.json"), atomically: true, encoding: .utf8)
    let process = try gradtop.start(
      ["run", "--headless", "--quiet", "--trace", "t.mcap", "m.json"] + options, streams: "run")
    return gradtop.finish(process, streams: "run")
  }

  private func value(_ key: String, _ outcome: Outcome) -> Substring? {
    outcome.lines.first { $0.hasPrefix(key + ": ") }?.dropFirst(key.count + 2)
  }

  @Test(arguments: [
    #""sqrt""#, #"{"every": 2}"#, #"{"layers": ["blocks/0", "blocks/3/r"]}"#,
    #"{"budget": "1250KiB"}"#,
  ]) func eachFormGivesTheSameGradientsInLessMemory(checkpoint: String) throws {
    let outcome = try run(#", "memory": {"checkpoint": \#(checkpoint)}"#, "--verify-plan")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(
      value("verified", outcome)?.hasSuffix("gradients of 12 steps are bitwise equal") == true,
      "\(outcome.output)")
    let peak = try #require(value("peak_bytes", outcome).flatMap { Int($0) })
    let all = try #require(value("store_all_bytes", outcome).flatMap { Int($0) })
    #expect(peak < all)
    if checkpoint.contains("budget") { #expect(peak <= 1250 << 10) }
    let ops = try gradtop.run("export", "t.mcap", "--table", "ops")
    #expect(ops.output.contains(",recompute,"))
  }

  @Test(arguments: [
    #"{"layers": ["blocks"]}"#, #"{"layers": ["blocks"], "budget": "100KiB"}"#,
  ]) func whatGoesOutToAFileComesBackAsItWas(offload: String) throws {
    let outcome = try run(#", "memory": {"offload": \#(offload)}"#, "--verify-plan")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(value("verified", outcome)?.hasSuffix("bitwise equal") == true, "\(outcome.output)")
    let peak = try #require(value("peak_bytes", outcome).flatMap { Int($0) })
    let all = try #require(value("store_all_bytes", outcome).flatMap { Int($0) })
    let out = try #require(value("offloaded_bytes", outcome).flatMap { Int($0) })
    #expect(out > 0 && peak < all - out / 4)
    let ops = try gradtop.run("export", "t.mcap", "--table", "ops")
    #expect(ops.output.contains(",offload_out,") && ops.output.contains(",offload_in,"))
    let memory = try gradtop.run("export", "t.mcap", "--table", "memory", "--steps", "3..3")
    #expect(memory.output.contains(",offload_out,") && memory.output.contains(",offload_in,"))
  }

  /// What goes out, what is made again, and several micro-batches, together.
  @Test func offloadGoesWithRecomputing() throws {
    for offload in [#"{"layers": ["blocks/0", "blocks/1", "in"]}"#, #""auto""#] {
      let outcome = try run(
        #", "memory": {"checkpoint": {"layers": ["blocks/4"]}, "offload": \#(offload)}"#,
        training: #", "accumulate": 2"#, "--verify-plan")
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(value("verified", outcome)?.hasSuffix("bitwise equal") == true, "\(outcome.output)")
    }
  }

  @Test(arguments: [
    (
      #"{"layers": ["block/0"]}"#,
      #"memory.offload.layers[0]: there is no layer "block/0"; did you mean "blocks"?"#
    ),
    (#"{"layers": []}"#, "memory.offload.layers: no layers"),
    (#"{"budget": "big"}"#, "memory.offload.budget: expected a size such as 64MiB"),
    (#"{}"#, "memory.offload.layers: missing"),
    (#""disk""#, #"memory.offload: expected "none", "auto" or {"layers": […]}, found "disk""#),
  ]) func offloadMistakes(offload: String, message: String) throws {
    let outcome = try run(#", "memory": {"offload": \#(offload)}"#)
    #expect(outcome.status == 65)
    #expect(outcome.errors.hasPrefix("gradtop: m.json: \(message)"), "\(outcome.errors)")
  }

  @Test func accumulatedStepsAreVerified() throws {
    let outcome = try run(
      #", "memory": {"checkpoint": "sqrt"}"#, training: #", "accumulate": 2, "clip_grad_norm": 1"#,
      "--verify-plan")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(value("verified", outcome)?.hasSuffix("bitwise equal") == true, "\(outcome.output)")
  }

  @Test func aBudgetThatCannotBeMetNamesStageAndBytes() throws {
    let outcome = try run("", "--memory-budget", "100KiB")
    #expect(outcome.status == 75)
    #expect(
      outcome.errors.wholeMatch(
        of:
          /gradtop: m.json: a memory budget of 102400 bytes cannot be met: .+ needs (\d+) bytes; the smallest budget is \1 bytes\n/
      ) != nil, "\(outcome.errors)")
  }

  /// What is predicted from a trace is what a run of the plan has, to the byte.
  @Test(arguments: ["", ", \"precision\": \"bf16\""])
  func aPlanFromATraceIsRunAsPredicted(precision: String) throws {
    let kept = try run("", training: precision)
    #expect(kept.status == 0, "\(kept.errors)")
    // In bfloat16 everything may be kept in as many bytes, where the processor stores it.
    let info = try gradtop.run("info", "t.mcap").output
    let arena = try #require(info.firstMatch(of: /arena_bytes: (\d+)/).flatMap { Int($0.1) })
    let budget = precision.isEmpty ? 1400 << 10 : arena * 19 / 20
    let outcome = try gradtop.run(
      "plan", "t.mcap", "--budget", "\(budget)", "-o", "plan.json", "--format", "json")
    #expect(outcome.status == 0, "\(outcome.errors)")
    struct Told: Decodable {
      var peak: Int
      var torch_checkpoint: [String]
    }
    let told = try JSONDecoder().decode(Told.self, from: Data(outcome.output.utf8))
    #expect(told.peak <= budget)
    #expect(told.torch_checkpoint.contains { $0.hasPrefix("blocks") })
    let planned = try run("", training: precision, "--plan", "plan.json", "--verify-plan")
    #expect(planned.status == 0, "\(planned.errors)")
    #expect(value("peak_bytes", planned).flatMap { Int($0) } == told.peak)
    #expect(value("verified", planned)?.hasSuffix("bitwise equal") == true)

    // With what transfers take here, a plan may send out what is saved.
    let sent = try gradtop.run(
      "plan", "t.mcap", "--offload", "--budget", "\(budget)", "-o", "sent.json")
    #expect(sent.status == 0, "\(sent.errors)")
    let again = try run("", training: precision, "--plan", "sent.json", "--verify-plan")
    #expect(again.status == 0, "\(again.errors)")
    #expect(value("peak_bytes", again).flatMap { Int($0) }.map { $0 <= budget } == true)
    #expect(sent.output.contains("offloaded") == (value("offloaded_bytes", again) != nil))
    #expect(value("verified", again)?.hasSuffix("bitwise equal") == true)

    let small = try gradtop.run("plan", "t.mcap", "--budget", "1KiB")
    #expect(small.status == 75)
    let table = try gradtop.run("plan", "t.mcap")
    #expect(table.status == 0)
    #expect(table.output.hasPrefix("peaks are of the whole arena, packed"))
  }

  @Test func aPlanOfAnotherModelIsRefused() throws {
    try #"{"format": "gradtop plan 1", "order": ["forward nope"]}"#
      .write(to: gradtop.folder.file("other.json"), atomically: true, encoding: .utf8)
    let outcome = try run("", "--plan", "other.json")
    #expect(outcome.status == 65)
    #expect(
      outcome.errors.contains(#"other.json: order[0]: the model has no node "nope""#),
      "\(outcome.errors)")
  }

  @Test(arguments: [
    (
      #"{"layers": ["block/0"]}"#,
      #"memory.checkpoint.layers[0]: there is no layer "block/0"; did you mean "blocks"?"#
    ),
    (#"{"every": 0}"#, "memory.checkpoint.every: expected an integer from 1 to 1000000, found 0"),
    (#"{"budget": "big"}"#, "memory.checkpoint.budget: expected a size such as 64MiB"),
    (#""cube""#, #"memory.checkpoint: expected "none", "sqrt", {"every": K}"#),
  ]) func mistakes(checkpoint: String, message: String) throws {
    let outcome = try run(#", "memory": {"checkpoint": \#(checkpoint)}"#)
    #expect(outcome.status == 65)
    #expect(outcome.errors.hasPrefix("gradtop: m.json: \(message)"), "\(outcome.errors)")
  }
}
