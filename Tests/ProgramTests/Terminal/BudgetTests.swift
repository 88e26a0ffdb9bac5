import Foundation
import Testing

/// A memory budget that is moved and taken on the memory panel of a run.
@Suite struct BudgetTests {
  @Test func aRunGoesOnWithThePlanThatIsChosen() throws {
    let gradtop = try Gradtop()
    try """
    {"name": "deep", "data": {"type": "teacher", "inputs": 16, "outputs": 4, "samples": 128},
     "model": [{"type": "Repeat", "name": "blocks", "times": 3, "body": [
       {"type": "Linear", "out_features": 16}, {"type": "LayerNorm"}, {"type": "GELU"}]},
       {"type": "Linear", "name": "head", "out_features": 4}],
     "loss": {"type": "MSELoss"}, "optimizer": {"type": "SGD", "lr": 0.01},
     "training": {"steps": 100000000, "batch_size": 128}}
    """.write(to: gradtop.folder.file("m.json"), atomically: true, encoding: .utf8)
    let emulator = try Emulator(columns: 120, rows: 40)
    let stage = try Stage(
      ["run", "--threads", "1", "--trace", "t.mcap", "m.json"], emulator, gradtop: gradtop)
    try #require(stage.shows(text: "training"))
    try emulator.type("5")
    try #require(stage.shows(text: "store all"))
    try emulator.type("--")
    try #require(stage.shows(text: "the run goes on with it"))
    try emulator.type("\r")
    #expect(stage.shows(text: "measured "))
    try emulator.type("q")
    #expect(stage.end() == 0)
    let info = try gradtop.run("info", "t.mcap")
    let values = Dictionary(
      info.lines.map { $0.split(separator: ": ", maxSplits: 1).map(String.init) }
        .map { ($0[0], $0.last ?? "") }, uniquingKeysWith: { $1 })
    let peak = try #require(values["plan_peak_bytes"].flatMap { Int($0) })
    let all = try #require(values["plan_store_all_bytes"].flatMap { Int($0) })
    #expect(peak < all && values["plan_budget_bytes"].flatMap { Int($0) } ?? 0 >= peak)
    #expect(values["plan_recomputed_layers"]?.contains("blocks/") == true)
    #expect(try gradtop.run("export", "t.mcap", "--table", "ops").output.contains(",recompute,"))
  }
}
