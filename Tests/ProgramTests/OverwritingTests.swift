import Foundation
import Testing

/// What is written where: over what, how much, and what is said beside it.
@Suite struct OverwritingTests {
  let gradtop: Gradtop

  init() throws {
    gradtop = try Gradtop()
    for name in ["vanishing.mcap", "tiny.json"] {
      try FileManager.default.copyItem(
        at: URL(filePath: Gradtop.sample(name)), to: gradtop.folder.file(name))
    }
  }

  @Test(arguments: [
    ["export", "vanishing.mcap", "-o", "vanishing.mcap"],
    ["frame", "vanishing.mcap", "-o", "vanishing.mcap"],
    ["check", "vanishing.mcap", "--suggest", "vanishing.mcap"],
    ["plan", "vanishing.mcap", "-o", "vanishing.mcap"],
    ["import", "vanishing.mcap", "-o", "vanishing.mcap"],
    ["info", "vanishing.mcap", "--repair", "-o", "vanishing.mcap"],
    ["run", "tiny.json", "--headless", "--trace", "tiny.json"],
    ["run", "tiny.json", "--headless", "--trace", "t.bin", "--save-weights", "tiny.json"],
  ])
  func whatIsReadIsNotOverwritten(arguments: [String]) throws {
    let files = ["vanishing.mcap", "tiny.json"].map { gradtop.folder.file($0) }
    let before = try files.map { try Data(contentsOf: $0) }
    let outcome = gradtop.finish(try gradtop.start(arguments, streams: "out"), streams: "out")
    #expect(outcome.status == 64)
    #expect(outcome.errors.contains("would overwrite what is read; name another file"))
    let after = try files.map { try Data(contentsOf: $0) }
    #expect(after == before)
  }

  /// Full is what the device is called that takes nothing.
  @Test(arguments: [
    ["info", "vanishing.mcap"], ["info", "vanishing.mcap", "--records"], ["help"], ["themes"],
    ["completion", "bash"], ["check", "vanishing.mcap"], ["export", "vanishing.mcap"],
  ])
  func aFullDiskIsNoSuccess(arguments: [String]) throws {
    let process = gradtop.process(arguments)
    process.standardOutput = FileHandle(forWritingAtPath: "/dev/full")
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 74)
  }

  @Test func weightsReplaceWhatALinkLeadsTo() throws {
    try Data().write(to: gradtop.folder.file("real.st"))
    try FileManager.default.createSymbolicLink(
      atPath: gradtop.folder.file("link.st").path, withDestinationPath: "real.st")
    let run = try gradtop.run(
      "run", "tiny.json", "--headless", "--quiet", "--steps", "2", "--trace", "t.bin",
      "--save-weights", "link.st")
    #expect(run.status == 0)
    let link = try FileManager.default.destinationOfSymbolicLink(
      atPath: gradtop.folder.file("link.st").path)
    #expect(link == "real.st")
    let weights = try Data(contentsOf: gradtop.folder.file("real.st"))
    #expect(weights.count > 100)
  }

  /// No folder to write to, and a folder where the file would be.
  @Test(arguments: ["no/such.st", "."])
  func weightsThatCannotBeSavedAreToldBeforeTraining(_ place: String) throws {
    let run = try gradtop.run(
      "run", "tiny.json", "--headless", "--trace", "t.bin", "--save-weights", place)
    #expect(run.status == 73)
    #expect(!FileManager.default.fileExists(atPath: gradtop.folder.file("t.bin").path))
  }

  @Test func quietSaysNothingAndVerboseMore() throws {
    let check = try gradtop.run("check", "vanishing.mcap", "--quiet")
    #expect(check.output.isEmpty && check.errors.isEmpty && check.status == 1)
    let judged = try gradtop.run("check", "vanishing.mcap", "--verbose")
    #expect(judged.errors.contains("rules that found nothing: "))
    #expect(judged.errors.contains("non_finite"))
    let run = try gradtop.run(
      "run", "tiny.json", "--headless", "-q", "-v", "--steps", "3", "--norms-every", "2",
      "--trace", "t.bin")
    #expect(run.errors.contains("an arena of "))
    #expect(run.errors.contains("activations in each 2. step"))
  }

  @Test func stepsThatAreNotThereAreTold() throws {
    let table = try gradtop.run("export", "vanishing.mcap", "--steps", "900..999")
    #expect(table.errors.contains("no step of 900..999 is in it"))
    let frame = try gradtop.run("frame", "vanishing.mcap", "--step", "900")
    #expect(frame.errors.contains("step 900 is not in it; shown is 299 of 0..299"))
  }

  @Test(arguments: [
    ["check", "vanishing.mcap", "--suggest", "-"],
    ["export", "vanishing.mcap", "--steps", "5..2"],
    ["run", "tiny.json", "--headless", "--norms-every", "9223372036854775807"],
    ["run", "tiny.json", "--headless", "--threads", "4294967296"],
  ])
  func isAMistake(arguments: [String]) throws {
    let outcome = gradtop.finish(try gradtop.start(arguments, streams: "out"), streams: "out")
    #expect(outcome.status == 64)
    #expect(outcome.errors.hasPrefix("gradtop: \(arguments[0]) --"))
  }

  @Test func aFaultyThemeIsToldOfInText() throws {
    try "foo = red\n".write(
      to: gradtop.folder.file("bad.theme"), atomically: true, encoding: .utf8)
    let frame = try gradtop.run("frame", "vanishing.mcap", "--theme", "./bad.theme")
    #expect(frame.status == 0)
    #expect(frame.errors.contains("bad.theme") && frame.errors.contains("foo"))
  }
}
