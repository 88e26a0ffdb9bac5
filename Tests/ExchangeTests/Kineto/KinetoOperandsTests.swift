import Foundation
import Testing

@testable import Exchange
@testable import TraceFormat

@Suite struct KinetoOperandsTests {
  private func node(_ name: String, in profile: ImportedProfile) throws -> Graph.Node {
    try #require(profile.graphs.first?.nodes.first { $0.name == name })
  }

  private func tensor(_ shape: [UInt64], _ dtype: String = "float32") -> Graph.Operand {
    Graph.Operand(shape: shape, dtype: dtype)
  }

  /// The network of `profiles.py`: 8 features, 4 classes, 16 samples.
  @Test func shapesAreThoseOfTheNetwork() throws {
    let path = KinetoImportTests.file("scheduled.json.gz").path
    let profile = try ImportedProfile(path: path)
    let first = try node("linear.0", in: profile)
    #expect(first.operands == [tensor([16, 8]), tensor([8, 8]), tensor([8])])
    #expect(first.shape == [16, 8] && first.dtype == "float32")
    #expect(try node("tanh.0", in: profile).operands == [tensor([16, 8])])
    #expect(try node("dropout.0", in: profile).shape == [16, 8])
    let head = try node("linear.2", in: profile)
    #expect(head.operands == [tensor([16, 8]), tensor([4, 8]), tensor([4])])
    #expect(head.shape == [16, 4])
    let loss = try node("cross_entropy_loss.0", in: profile)
    #expect(loss.operands == [tensor([16, 4]), tensor([16], "int64")])
    #expect(loss.shape.isEmpty && loss.dtype == "float32")
  }

  private func op(_ name: String, _ start: Int, _ arguments: String) -> String {
    """
    {"ph": "X", "cat": "cpu_op", "name": "\(name)", "pid": 1, "tid": 1, "ts": \(start),
     "dur": 5, "args": {\(arguments)}}
    """
  }

  @Test func withoutShapesNothingIsKnown() throws {
    let profile = try ImportedProfile(events: op("aten::relu", 1, #""External id": 1"#))
    let node = try node("relu.0", in: profile)
    #expect(node.operands.isEmpty && node.shape.isEmpty && node.dtype.isEmpty)
  }

  @Test func shapesThatChangeMakeAnotherGraph() throws {
    let events = [4, 4, 8].enumerated().flatMap { index, samples in
      [
        op("aten::relu", 20 * index, #""Input Dims": [[\#(samples), 2]], "Input type": ["float"]"#),
        op("Optimizer.step#SGD.step", 20 * index + 10, "").replacing(
          "cpu_op", with: "user_annotation"),
      ]
    }
    let profile = try ImportedProfile(events: events.joined(separator: ","))
    #expect(profile.steps.map(\.graph) == [1, 1, 2])
    #expect(profile.graphs.map { $0.nodes[0].operands } == [[tensor([4, 2])], [tensor([8, 2])]])
  }

  @Test func numbersAreNoTensors() {
    let text = #"[[2, 3], [], [], [], []]/["c10::BFloat16", "Scalar", "", "ScalarList", "float"]"#
    #expect(
      KinetoOperands.arguments(text) == [
        [tensor([2, 3], "bfloat16")], [], [], [], [tensor([])],
      ])
  }

  @Test func aListHoldsSeveralTensors() {
    let text = #"[[[1, 2], [3, 2]], []]/["TensorList", "Scalar"]"#
    #expect(KinetoOperands.arguments(text) == [[tensor([1, 2], ""), tensor([3, 2], "")], []])
  }

  @Test func typesMayBeMissingOrNew() {
    #expect(KinetoOperands.arguments("[[7]]/") == [[tensor([7], "")]])
    #expect(KinetoOperands.arguments(#"[[7]]/["fp4"]"#) == [[tensor([7], "fp4")]])
  }

  @Test(arguments: [
    "", "7/", "[[2, 3/", "{}/", String(repeating: "[", count: 100_000), "[[[[[1]]]]]/",
  ])
  func whatIsNoListOfShapesTellsNothing(text: String) {
    #expect(KinetoOperands.arguments(text).isEmpty)
  }
}
