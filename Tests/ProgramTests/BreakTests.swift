import Foundation
import Testing

/// Runs that stop where something is wrong, and steps that are told in detail.
@Suite struct BreakTests {
  let gradtop: Gradtop

  init() throws { gradtop = try Gradtop() }

  /// Loses its finite values in the third step or so.
  private func writeExplodingModel() throws {
    let model = """
      {"name": "exploding", "data": {"type": "inline", "inputs": [[1], [2]], "targets": [[1], [2]]},
       "model": [{"type": "Linear", "out_features": 4}, {"type": "Linear", "out_features": 1}],
       "loss": {"type": "MSELoss"}, "optimizer": {"type": "SGD", "lr": 1e6},
       "training": {"steps": 100, "batch_size": 2}}
      """
    try model.write(to: gradtop.folder.file("m.json"), atomically: true, encoding: .utf8)
  }

  @Test func stopsAtWhatIsNotFinite() throws {
    try writeExplodingModel()
    let run = try gradtop.run(
      "run", "--headless", "--quiet", "--break-on", "nan", "--trace", "t.bin", "m.json")
    #expect(run.status == 1)
    let steps = try #require(
      run.lines.first { $0.hasPrefix("steps: ") }.flatMap { line in
        Int(line.dropFirst(7))
      })
    #expect((2..<50).contains(steps))
    #expect(run.errors.contains("is not finite in step \(steps - 1)"))
    let frame = try gradtop.run(
      "frame", "t.bin", "--panel", "graph", "--step", "\(steps - 1)", "--size", "120x40")
    #expect(frame.status == 0)
    #expect(frame.output.contains("op ") && frame.output.contains("of backward"))
    #expect(frame.output.contains("NaN or Inf"))
  }

  /// The step that breaks is not one whose outputs are recorded anyway; still its op is named.
  @Test(arguments: [["--break-on", "nan"], []])
  func namesTheOpThatBroke(options: [String]) throws {
    let model = """
      {"seed": 1, "data": {"type": "digits"}, "model": [
        {"type": "Linear", "name": "a", "out_features": 32}, {"type": "Tanh"},
        {"type": "Linear", "name": "b", "out_features": 32}, {"type": "ReLU"},
        {"type": "Linear", "name": "c", "out_features": 32,
         "bias_init": {"type": "constant", "value": 1.2}},
        {"type": "Log", "name": "log"}, {"type": "Linear", "name": "head", "out_features": 10}],
       "loss": {"type": "CrossEntropyLoss"},
       "optimizer": {"type": "SGD", "lr": 0.01, "momentum": 0.9},
       "training": {"steps": 200, "batch_size": 32}}
      """
    try model.write(to: gradtop.folder.file("m.json"), atomically: true, encoding: .utf8)
    let arguments =
      ["run", "--headless", "--quiet", "--norms-every", "1000", "--trace", "t.bin"] + options
      + ["m.json"]
    let run = gradtop.finish(try gradtop.start(arguments, streams: "run"), streams: "run")
    #expect(run.status == (options.isEmpty ? 0 : 1))
    let check = try gradtop.run("check", "t.bin", "--format", "json")
    #expect(check.status == 1)
    for text in [
      #""rule":"non_finite","severity":"error","layer":"log""#, "the output of log has",
      "It takes c in -", "Gradients before: c.weight ", "On to the loss: log → head → loss.",
    ] { #expect(check.output.contains(text), "\(text)") }
  }

  @Test func stopsAtAFinding() throws {
    try writeExplodingModel()
    let run = try gradtop.run(
      "run", "--headless", "--quiet", "--break-on", "finding", "--trace", "t.bin", "m.json")
    #expect(run.status == 1)
    #expect(run.errors.contains("stopped: "))
  }

  @Test func whatBrokeTheRunHasNoUpdate() throws {
    try writeExplodingModel()
    let run = try gradtop.run(
      "run", "--headless", "--quiet", "--break-on", "nan", "--trace", "t.bin", "m.json")
    #expect(run.lines.contains("loss: nan") || run.lines.contains("loss: inf"))
    let ops = try gradtop.run("export", "t.bin", "--table", "ops").lines
    let steps = try #require(
      run.lines.first { $0.hasPrefix("steps: ") }.flatMap { Int($0.dropFirst(7)) })
    let calls = ops.dropFirst().map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    #expect(calls.contains { $0[3] == "optimizer" })
    for op in calls { #expect(op[4] == (op[3] == "optimizer" ? "\(steps - 1)" : "\(steps)")) }
    let range = "\(steps - 1)..\(steps - 1)"
    let norms = try gradtop.run("export", "t.bin", "--table", "gradients", "--steps", range).lines
    for line in norms.dropFirst() {
      let cells = line.split(separator: ",", omittingEmptySubsequences: false)
      // A gradient that is not finite, weights that are there, and no update.
      #expect(cells[3] == "nan" || cells[3] == "inf")
      #expect(Double(cells[4]) ?? 0 > 0)
      #expect(cells[5].isEmpty)
    }
  }

  /// The judge may come to the last steps when all are done.
  @Test func aFindingInTheLastStepsCounts() throws {
    let model = """
      {"name": "cut", "data": {"type": "inline", "inputs": [[1], [2]], "targets": [[1], [2]]},
       "model": [{"type": "Linear", "out_features": 4, "name": "a"}, {"type": "Detach"},
                 {"type": "Linear", "out_features": 1}],
       "loss": {"type": "MSELoss"}, "optimizer": {"type": "SGD", "lr": 0.01},
       "training": {"steps": 2, "batch_size": 2}}
      """
    try model.write(to: gradtop.folder.file("cut.json"), atomically: true, encoding: .utf8)
    let run = try gradtop.run(
      "run", "--headless", "--quiet", "--break-on", "finding", "--trace", "t.bin", "cut.json")
    let findings = try gradtop.run("export", "t.bin", "--table", "findings").lines
    #expect(findings.contains { $0.hasPrefix("missing_gradient") })
    #expect(run.status == 1)
    // What gets no gradient has its weights all the same.
    let norms = try gradtop.run("export", "t.bin", "--table", "gradients").lines
    let cut = try #require(norms.first { $0.contains("a.weight") })
      .split(separator: ",", omittingEmptySubsequences: false)
    #expect(cut[3].isEmpty)
    #expect(Double(cut[4]) ?? 0 > 0)
  }

  @Test func goesOnWhereNothingIsAsked() throws {
    try writeExplodingModel()
    for option in [[], ["--break-on", "never"]] {
      let arguments = ["run", "--headless", "--quiet", "--trace", "t.bin"] + option + ["m.json"]
      let run = gradtop.finish(try gradtop.start(arguments, streams: "run"), streams: "run")
      #expect(run.status == 0)
      #expect(run.lines.contains("steps: 100"))
    }
  }

  @Test func refusesOtherConditions() throws {
    let run = try gradtop.run("run", "--headless", "--break-on", "tuesdays")
    #expect(run.status == 64)
    #expect(
      run.errors == """
        gradtop: run --break-on: unknown value "tuesdays"; valid are: never, nan, finding

        """)
  }

  @Test func tellsAStepInDetail() throws {
    let model = Gradtop.sample("worked-example.json")
    let run = try gradtop.run(
      "run", "--headless", "--quiet", "--detail", "0", "--trace", "t.bin", model)
    #expect(run.status == 0)
    let frame = try gradtop.run(
      "frame", "t.bin", "--panel", "graph", "--step", "0", "--size", "100x30")
    #expect(frame.status == 0)
    // The message has come to w x: 14 arrives, 28 and 42 go on.
    for text in ["backward of wx (Mul)", "‖14‖", "‖28‖", "‖42‖", "∂a = ∂y · b, ∂b = ∂y · a"] {
      #expect(frame.output.contains(text), "\(text)")
    }
  }
}
