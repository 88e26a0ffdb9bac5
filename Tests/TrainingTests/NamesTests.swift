import Autodiff
import Testing
import Training

/// Names of parameters and nodes, which nothing may have twice by accident.
@Suite struct NamesTests {
  @Test func aResidualsAdditionHasANameOfItsOwn() throws {
    let model = try model(
      #"{"type": "Residual", "name": "r", "body": [{"type": "Linear", "name": "add", "out_features": 3}]}"#,
      sample: [3])
    let names = model.executor.plan.network.nodes.map(\.name)
    #expect(Set(names).count == names.count)
    #expect(names.contains("r/add") && names.contains("r/$add"))
  }

  @Test func onlyASharedRepeatSharesParameters() throws {
    let body =
      #"[{"type": "Residual", "name": "r", "body": [{"type": "Linear", "out_features": 3}]}]"#
    for (shares, parameters) in [(true, 2), (false, 6)] {
      let model = try model(
        #"{"type": "Repeat", "times": 3, "share": \#(shares), "body": \#(body)}"#, sample: [3])
      #expect(model.executor.plan.network.parameters.count == parameters)
    }
  }

  /// An exponent that no whole number has room for.
  @Test func anExponentMayBeLarge() throws {
    let model = try model(
      #"{"type": "Linear", "out_features": 1}, {"type": "Pow", "exponent": 1e19}"#, sample: [3])
    #expect(
      model.executor.plan.network.nodes.contains { $0.primitive.rule.forward.contains("1e+19") })
  }
}
