import Testing

/// One frame as text.
@Suite struct FrameTests {
  let gradtop: Gradtop
  private let trace = Gradtop.sample("vanishing.mcap")
  private let other = Gradtop.sample("residual.mcap")

  init() throws { gradtop = try Gradtop() }

  @Test func twoTracesAreComparedUnlessAPanelIsNamed() throws {
    let both = try gradtop.frame(trace, other)
    #expect(try gradtop.frame(trace, other, "--panel", "compare") == both)
    let text = both.joined(separator: "\n")
    #expect(text.contains("vanishing") && text.contains("residual") && text.contains("by layer"))
    let layers = try gradtop.frame(trace, other, "--panel", "layers")
    #expect(layers[1].contains("layers"))
    // But for the names in the line at the bottom.
    let alone = try gradtop.frame(trace, "--panel", "layers")
    #expect(layers.dropLast() == alone.dropLast())
  }

  @Test func theSecondTraceIsNotOverwritten() throws {
    let run = try gradtop.run("run", "--headless", "--steps", "2", "--trace", "b.mcap")
    try #require(run.status == 0)
    let outcome = try gradtop.run("frame", trace, "b.mcap", "-o", "b.mcap")
    #expect(outcome.status == 64 && outcome.output == "")
    #expect(outcome.errors.hasPrefix("gradtop: b.mcap: this would overwrite what is read"))
    #expect(try gradtop.run("info", "b.mcap").status == 0)
  }

  @Test func threeTracesAreRefused() throws {
    let outcome = try gradtop.run("frame", trace, other, trace)
    #expect(outcome.status == 64 && outcome.output == "")
  }
}
