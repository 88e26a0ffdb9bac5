import Foundation
import Testing

@Suite struct ExitStatusTests {
  let gradtop: Gradtop

  init() throws { gradtop = try Gradtop() }

  @Test func unknownCommand() throws {
    let outcome = try gradtop.run("bogus")
    #expect(outcome.status == 64)
    #expect(outcome.output == "")
    #expect(
      outcome.errors == """
        gradtop: bogus: unknown command; valid are: run, replay, tail, export, import, info, check, \
        plan, frame, themes, completion

        """)
  }

  @Test(arguments: ["run", "replay", "tail", "export", "info", "check", "frame"])
  func unknownOption(of command: String) throws {
    let outcome = try gradtop.run(command, "--bogus")
    #expect(outcome.status == 64)
    #expect(outcome.output == "")
    #expect(outcome.errors.hasPrefix("gradtop: \(command): unknown option --bogus; valid are: --"))
    #expect(outcome.errors.filter { $0 == "\n" }.count == 1)
  }

  @Test func misspeltKeyOfAModel() throws {
    let model = try String(contentsOfFile: Gradtop.sample("vanishing.json"), encoding: .utf8)
    try model.replacing("\"batch_size\"", with: "\"bacth_size\"")
      .write(to: gradtop.folder.file("bad.json"), atomically: true, encoding: .utf8)
    let outcome = try gradtop.run("run", "--headless", "--trace", "t.bin", "bad.json")
    #expect(outcome.status == 65)
    #expect(outcome.output == "")
    #expect(
      outcome.errors == """
        gradtop: bad.json: training.bacth_size: unknown key "bacth_size"; \
        did you mean "batch_size"?

        """)
  }

  /// More weights than there are addresses are the model's fault, not the program's.
  @Test func modelTooLargeForTheMachine() throws {
    try """
    {"data": {"type": "spirals"}, "loss": {"type": "Mean"}, "optimizer": {"type": "SGD", "lr": 0.1},
     "training": {"steps": 1, "batch_size": 1}, "model": [
      {"type": "Linear", "out_features": 40000},
      {"type": "Repeat", "times": 12000, "body": [{"type": "Linear", "out_features": 40000}]}]}
    """.write(to: gradtop.folder.file("huge.json"), atomically: true, encoding: .utf8)
    let outcome = try gradtop.run("run", "--headless", "--trace", "t.bin", "huge.json")
    #expect(outcome.status == 65)
    #expect(outcome.errors.hasPrefix("gradtop: huge.json: "))
    #expect(outcome.errors.hasSuffix("use a smaller batch_size or smaller layers\n"))
  }

  @Test(arguments: [
    ["run", "--headless"], ["replay"], ["export"], ["info"], ["check"], ["frame"],
  ])
  func missingFile(of command: [String]) throws {
    let process = try gradtop.start(command + ["nope"], streams: "missing")
    let outcome = gradtop.finish(process, streams: "missing")
    #expect(outcome.status == 66)
    #expect(outcome.output == "")
    #expect(
      outcome.errors == """
        gradtop: nope: No such file or directory; look for a misspelled name, or another folder

        """)
  }

  @Test(arguments: ["replay", "frame"])
  func threeTraces(of command: String) throws {
    let outcome = try gradtop.run(command, "a.mcap", "b.mcap", "c.mcap")
    #expect(outcome.status == 64)
    #expect(
      outcome.errors == """
        gradtop: \(command): two traces at most, found 3; name the two to look at side by side

        """)
  }

  @Test(arguments: ["export", "info", "check", "frame"])
  func aPipe(of command: String) throws {
    let outcome = try gradtop.run(command, "-")
    #expect(outcome.status == 66)
    #expect(
      outcome.errors == """
        gradtop: -: No such file or directory; only replay reads a pipe: save it to a file first

        """)
  }

  @Test func traceInAMissingFolder() throws {
    let outcome = try gradtop.run("run", "--headless", "--steps", "1", "--trace", "no/t.bin")
    #expect(outcome.status == 73)
    #expect(outcome.output == "")
    #expect(
      outcome.errors == """
        gradtop: no/t.bin: No such file or directory; choose another place with --trace FILE

        """)
  }

  @Test func traceCutInHalf() throws {
    let whole = try Data(contentsOf: URL(filePath: Gradtop.sample("vanishing.mcap")))
    try whole.prefix(whole.count / 2).write(to: gradtop.folder.file("half.bin"))

    let info = try gradtop.run("info", "half.bin")
    #expect(info.status == 2)
    let damage = "gradtop: half.bin: no footer: the run is not over, or was cut off\n"
    #expect(info.errors == damage)
    #expect(info.lines.contains("ended: no"))

    let plan = try gradtop.run("plan", "half.bin")
    #expect(plan.status == 2)
    #expect(plan.errors == damage)
    #expect(plan.lines.count > 3)

    let table = try gradtop.run("export", "half.bin", "--format", "csv", "--table", "steps")
    #expect(table.status == 2)
    #expect(table.errors == damage)
    #expect(table.lines.count > 100)
    #expect(table.lines.count < 300)
  }
}
