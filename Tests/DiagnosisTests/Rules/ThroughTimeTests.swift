import Diagnosis
import Testing
import TraceFormat

@Suite struct ThroughTimeTests {
  /// A recurrent layer whose gradient changes by `factor` with each step back in time.
  private func judge(_ rule: any Rule.Type, factor: Float, times: Int32 = 30) -> [Finding] {
    var judge = Judge(RuleSet([rule]))
    var graph = Graph()
    graph.id = 1
    var node = Graph.Node()
    (node.id, node.name, node.layer, node.kind) = (0, "rnn", "rnn", "RNN")
    graph.nodes = [node]
    judge.examine(.graph(graph))
    for index in 0..<60 {
      var step = Step()
      (step.index, step.graph, step.loss) = (UInt64(index), 1, 1)
      for time in 0..<times {
        step.activations.node.append(0)
        step.activations.timeStep.append(time)
        step.activations.gradRMS.append(
          (time..<times - 1).reduce(0.1) { product, _ in product * factor })
      }
      judge.examine(step)
    }
    return judge.findings
  }

  @Test func vanishing() throws {
    let finding = try #require(judge(VanishingThroughTime.self, factor: 0.7).first)
    #expect(finding.rule == .vanishingThroughTime)
    #expect(finding.layer == "rnn")
    #expect(finding.severity == .error)
    #expect(abs(try #require(finding.value) - 4.49) < 0.01)
    #expect(finding.remedies.first == .replaceLayers(["RNN"], with: "LSTM"))
    #expect(judge(VanishingThroughTime.self, factor: 0.95).isEmpty)
  }

  @Test func exploding() throws {
    let finding = try #require(judge(ExplodingThroughTime.self, factor: 1.3).first)
    #expect(finding.rule == .explodingThroughTime)
    #expect(abs(try #require(finding.value) - 3.30) < 0.01)
    #expect(judge(ExplodingThroughTime.self, factor: 1.05).isEmpty)
  }
}
