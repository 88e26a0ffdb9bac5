import Foundation
import Testing

/// The gradient's way back through time, as the table `time` has it.
@Suite struct TimeTableTests {
  private struct Row: Decodable, Equatable {
    var step: Int
    var node: String
    var layer: String
    var t: Int
    var grad_rms: Double
  }

  /// The adding problem with a plain RNN: what the first numbers need to get is lost on the way.
  @Test func gradientOfAnRNNFadesOnTheWayBack() throws {
    let gradtop = try Gradtop()
    let run = try gradtop.run(
      "run", "--headless", "--steps", "2", "--norms-every", "1", "--trace", "t.bin",
      Gradtop.sample("rnn.json"))
    #expect(run.status == 0)
    let table = try gradtop.run("export", "t.bin", "--format", "csv", "--table", "time")
    #expect(table.status == 0)
    #expect(table.errors == "")
    #expect(table.lines.first == "step,node,layer,t,grad_rms")
    let rows = try table.lines.dropFirst().map { line in
      let cells = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      return Row(
        step: try #require(Int(cells[0])), node: cells[1], layer: cells[2],
        t: try #require(Int(cells[3])), grad_rms: try #require(Double(cells[4])))
    }
    #expect(rows.map(\.step) == Array(repeating: 0, count: 100) + Array(repeating: 1, count: 100))
    #expect(rows.map(\.t) == Array(0..<100) + Array(0..<100))
    #expect(rows.allSatisfy { $0.node == "memory" && $0.layer == "memory" && $0.grad_rms > 0 })
    for first in [0, 100] {
      let norms = rows[first..<first + 100].map(\.grad_rms)
      #expect(norms[0] < norms[49] / 100 && norms[49] < norms[99] / 100)
    }

    let lines = try gradtop.run("export", "t.bin", "--format", "json", "--table", "time")
    #expect(lines.status == 0)
    let decoded = try lines.lines.map { try JSONDecoder().decode(Row.self, from: Data($0.utf8)) }
    #expect(decoded == rows)

    // Time steps are rows of this table alone.
    let whole = try gradtop.run("export", "t.bin", "--format", "csv", "--table", "activations")
    #expect(whole.lines.count == 1 + 2 * 3)
  }

  @Test func aModelWithoutTimeHasNoRows() throws {
    let gradtop = try Gradtop()
    let model = Gradtop.sample("worked-example.json")
    #expect(try gradtop.run("run", "--headless", "--trace", "t.bin", model).status == 0)
    let table = try gradtop.run("export", "t.bin", "--format", "csv", "--table", "time")
    #expect(table.status == 0)
    #expect(table.lines == ["step,node,layer,t,grad_rms"])
  }
}
