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

  @Test func stopsAtAFinding() throws {
    try writeExplodingModel()
    let run = try gradtop.run(
      "run", "--headless", "--quiet", "--break-on", "finding", "--trace", "t.bin", "m.json")
    #expect(run.status == 1)
    #expect(run.errors.contains("stopped: "))
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
