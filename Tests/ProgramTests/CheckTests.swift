import Foundation
import Testing

@Suite struct CheckTests {
  let gradtop: Gradtop

  init() throws { gradtop = try Gradtop() }

  private let vanishing = Gradtop.sample("vanishing.mcap")

  /// Trains a model file and returns its trace's name.
  private func train(_ text: String, as name: String, steps: Int = 80) throws -> String {
    try text.write(to: gradtop.folder.file(name + ".json"), atomically: true, encoding: .utf8)
    let outcome = try gradtop.run(
      "run", "--headless", "--steps", "\(steps)", "--norms-every", "1", "--trace", name + ".mcap",
      name + ".json")
    #expect(outcome.status == 0, "\(outcome.errors)")
    return name + ".mcap"
  }

  @Test func aRunThatDoesNotLearnFails() throws {
    let outcome = try gradtop.run("check", vanishing)
    #expect(outcome.status == 1)
    #expect(outcome.errors == "")
    #expect(outcome.lines.first?.contains("failed: ") == true)
    #expect(outcome.lines.contains { $0.hasPrefix("✗ error vanishing_gradient at ") })
  }

  @Test func aHealthyRunPasses() throws {
    let outcome = try gradtop.run("check", Gradtop.sample("residual.mcap"), "--fail-on", "warning")
    #expect(outcome.status == 0)
    #expect(outcome.lines.first?.contains("passed: ") == true)
  }

  @Test func whatFailsItCanBeChosen() throws {
    #expect(try gradtop.run("check", vanishing, "--fail-on", "dead_units").status == 0)
    #expect(
      try gradtop.run("check", vanishing, "--fail-on", "dead_units,vanishing_gradient").status == 1)
  }

  @Test func limitsCanBeSet() throws {
    let outcome = try gradtop.run(
      "check", vanishing, "--set", "vanishing_gradient.decades=40", "--set",
      "vanishing_gradient.layers=100", "--fail-on", "vanishing_gradient")
    #expect(outcome.status == 0)
  }

  @Test(arguments: [
    (["--set", "vanishing.decades=2"], "check --set: unknown rule \"vanishing\""),
    (["--set", "step_size.lo=2"], "check --set: step_size has no option \"lo\""),
    (["--set", "step_size.low=x"], "check --set: expected a number, found \"x\""),
    (["--set", "low=2"], "check --set: expected RULE.OPTION=VALUE, found \"low=2\""),
    (["--rules", "sagemakr"], "check --rules: unknown pack \"sagemakr\"; did you mean sagemaker?"),
    (["--fail-on", "eror"], "check --fail-on: unknown severity or rule \"eror\""),
    (["--format", "xml"], "check --format: unknown value \"xml\""),
  ])
  func mistakes(options: [String], message: String) throws {
    let process = try gradtop.start(["check", vanishing] + options, streams: "mistake")
    let outcome = gradtop.finish(process, streams: "mistake")
    #expect(outcome.status == 64)
    #expect(outcome.output == "")
    #expect(outcome.errors.hasPrefix("gradtop: " + message), "\(outcome.errors)")
  }

  @Test func packsAreShownBesideOurs() throws {
    let outcome = try gradtop.run(
      "check", vanishing, "--format", "json", "--rules",
      "sagemaker,autotrainer,deepdiagnosis,deepchecker")
    #expect(outcome.status == 1)
    for name in ["vanishing_gradient", "deepchecker/VanishingGradient"] {
      #expect(outcome.output.contains("\"rule\":\"\(name)\""))
    }
  }

  @Test func aTraceThatIsCutOffCannotPass() throws {
    let bytes = try Data(contentsOf: URL(filePath: vanishing))
    try bytes.prefix(bytes.count / 2).write(to: gradtop.folder.file("half.mcap"))
    #expect(try gradtop.run("check", "half.mcap").status == 2)
  }

  @Test func findingsAreWrittenIntoTheTraceAsTheyOpen() throws {
    let text = try String(contentsOfFile: Gradtop.sample("vanishing.json"), encoding: .utf8)
    let trace = try train(text, as: "live")
    let records = try gradtop.run("info", trace, "--records")
    // Messages on channel 5 are findings.
    #expect(records.output.contains("[\"channel_id\", \"5\"]"))
    let table = try gradtop.run("export", trace, "--table", "findings")
    #expect(table.output.contains("\r\nvanishing_gradient,error,"))
    let layers = try gradtop.run("export", trace, "--table", "layers")
    #expect(layers.output.contains("vanishing_gradient"))
  }

  @Test func aBrokenGraphIsRefusedAndStillJudged() throws {
    try """
    {"model": [{"type": "Constant", "value": [1, 2]}], "loss": {"type": "Sum"},
     "optimizer": {"type": "SGD"}}
    """.write(to: gradtop.folder.file("broken.json"), atomically: true, encoding: .utf8)
    let run = try gradtop.run("run", "--headless", "--trace", "broken.mcap", "broken.json")
    #expect(run.status == 65)
    #expect(run.errors.contains("broken_graph"))
    let outcome = try gradtop.run("check", "broken.mcap")
    #expect(outcome.status == 1)
    #expect(outcome.output.contains("✗ error broken_graph at loss"))
    #expect(outcome.output.contains("`loss.item()`"))
  }

  @Test func forgottenZeroGrad() throws {
    let text = try String(contentsOfFile: Gradtop.sample("vanishing.json"), encoding: .utf8)
    let trace = try train(
      text.replacing("\"steps\": 300", with: "\"zero_grad\": false, \"steps\": 300"), as: "piling",
      steps: 10)
    let outcome = try gradtop.run("check", trace)
    #expect(outcome.status == 1)
    #expect(outcome.output.contains("✗ error accumulated_gradients, steps 1-9"))
    #expect(outcome.output.contains("`optimizer.zero_grad()`"))
  }

  @Test func detachedTensors() throws {
    let text = try String(contentsOfFile: Gradtop.sample("vanishing.json"), encoding: .utf8)
    let trace = try train(
      text.replacing(
        "{\"type\": \"Linear\", \"name\": \"head\"",
        with: "{\"type\": \"Detach\", \"name\": \"cut\"}, {\"type\": \"Linear\", \"name\": \"head\""
      ),
      as: "detached", steps: 3)
    let outcome = try gradtop.run("check", trace, "--suggest", "fixed.json")
    #expect(outcome.status == 1)
    #expect(outcome.output.contains("✗ error missing_gradient at in.weight"))
    #expect(outcome.output.contains("as `.detach()`"))
    #expect(outcome.errors.contains("fixed.json: remove cut (missing_gradient)"))
    #expect(!gradtop.folder.text("fixed.json").contains("Detach"))
  }

  private func lastLoss(_ trace: String) throws -> Double {
    let table = try gradtop.run("export", trace, "--table", "steps", "--steps", "140..")
    let losses = table.lines.dropFirst().compactMap { Double($0.split(separator: ",")[2]) }
    return losses.reduce(0, +) / Double(losses.count)
  }
}
