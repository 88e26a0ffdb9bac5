import Foundation
import Testing

/// `gradtop plan` on a file of costs.
@Suite struct PlanTests {
  let gradtop: Gradtop

  init() throws {
    gradtop = try Gradtop()
    try Self.costs.write(
      to: gradtop.folder.file("costs.json"), atomically: true, encoding: .utf8)
  }

  private static let costs = """
    {"id": "six blocks", "a": [2, 2, 2, 2, 2, 2, 1], "abar": [9, 10, 10, 12, 7, 10],
     "delta": [2, 2, 2, 2, 2, 2, 1], "uf": [5, 8, 3, 3, 7, 9], "ub": [10, 16, 6, 6, 14, 18],
     "of": [0, 0, 0, 0, 0, 0], "ob": [0, 0, 0, 0, 0, 0]}
    """

  private struct Point: Decodable {
    var budget: Int
    var makespan: Double
    var peak: Int
    var solver: String
    var schedule: [String]
  }

  @Test func frontierAsJSON() throws {
    let outcome = try gradtop.run("plan", "costs.json", "--frontier", "--format", "json")
    #expect(outcome.status == 0)
    let points = try JSONDecoder().decode([Point].self, from: Data(outcome.output.utf8))
    #expect(points.first?.budget == 20)
    #expect(points.first?.makespan == 147)
    #expect(points.last?.peak == 63)
    #expect(points.last?.makespan == 105)
    #expect(points.last?.schedule.first == "Fall1")
    #expect(points.allSatisfy { $0.solver == "weak" && $0.peak <= $0.budget })
  }

  @Test(arguments: zip(["weak", "persistent", "exact"], [123.0, 124, 123]))
  func oneBudget(solver: String, makespan: Double) throws {
    let outcome = try gradtop.run(
      "plan", "costs.json", "--budget", "31", "--solver", solver, "--format", "json", "-o",
      "plan.json")
    #expect(outcome.status == 0)
    let point = try JSONDecoder().decode(Point.self, from: Data(outcome.output.utf8))
    #expect(point.makespan == makespan)
    #expect(point.budget == 31)
    #expect(point.solver == solver)
    #expect(gradtop.folder.text("plan.json") == outcome.output)
  }

  @Test func onePlanAsText() throws {
    let outcome = try gradtop.run("plan", "costs.json", "--budget", "20")
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("peak         20 bytes (all stored: 63)"))
    #expect(outcome.output.contains("time         147 (all stored: 105)"))
    #expect(outcome.lines.last == "    6  kept               1            0          0")
  }

  @Test func aBudgetThatCannotBeMet() throws {
    let outcome = try gradtop.run("plan", "costs.json", "--budget", "19")
    #expect(outcome.status == 75)
    #expect(outcome.output == "")
    #expect(
      outcome.errors == """
        gradtop: costs.json: a budget of 19 bytes cannot be met: backward of stage 4 needs \
        20 bytes; the smallest budget is 20 bytes

        """)
  }

  @Test(arguments: [
    (#""abar": [9"#, #""abar": [-9"#, "abar[0]: a size is not negative, found -9"),
    (#""uf": [5, 8, 3, 3, 7, 9], "#, "", "uf: missing; a file of costs has the lists a, abar,"),
    (#""a": [2, 2"#, #""a": [2"#, "a: 6 stages need 7 numbers, found 6"),
    (#""ob": [0, 0"#, #""ob": [0, "x""#, #"ob[1]: expected an integer, found "x""#),
    (#""a": [2"#, #""a": [9223372036854775807"#, "a[0]: the sizes together are too large"),
  ]) func brokenCosts(from: String, to: String, message: String) throws {
    try Self.costs.replacing(from, with: to)
      .write(to: gradtop.folder.file("bad.json"), atomically: true, encoding: .utf8)
    let outcome = try gradtop.run("plan", "bad.json")
    #expect(outcome.status == 65)
    #expect(outcome.errors.hasPrefix("gradtop: bad.json: \(message)"), "\(outcome.errors)")
  }

  @Test func sizesAndSolversAreChecked() throws {
    let size = try gradtop.run("plan", "costs.json", "--budget", "much")
    #expect(size.status == 64)
    #expect(
      size.errors == """
        gradtop: plan --budget: expected a size such as 64MiB (KiB, MiB, GiB or bytes), found \
        "much"

        """)
    #expect(try gradtop.run("plan", "costs.json", "--solver", "weakly").status == 64)
    #expect(try gradtop.run("plan", "nope.json").status == 66)
  }
}
