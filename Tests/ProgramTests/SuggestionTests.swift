import Foundation
import Testing

/// `check --suggest`: the finding goes away and the loss falls further.
@Suite struct SuggestionTests {
  let gradtop: Gradtop

  init() throws { gradtop = try Gradtop() }

  /// A faulty model and the rule that calls it.
  struct Case: CustomTestStringConvertible, Sendable {
    var rule: String
    var fault: String
    var layers = hidden("ReLU", times: 3)
    var optimizer = #""type": "SGD", "lr": 0.05, "momentum": 0.9"#
    /// Members of the model file, and of its `training`.
    var members = ""
    var training = ""

    var testDescription: String { "\(rule): \(fault)" }

    var text: String {
      """
      {"seed": 1, "data": {"type": "digits"}, \(members)
       "model": [\(layers), {"type": "Linear", "name": "head", "out_features": 10}],
       "loss": {"type": "CrossEntropyLoss"}, "optimizer": {\(optimizer)},
       "training": {"steps": 150, "batch_size": 32\(training)}}
      """
    }

    static func hidden(_ activation: String, times: Int) -> String {
      """
      {"type": "Repeat", "times": \(times), "body": [
        {"type": "Linear", "out_features": 32}, {"type": "\(activation)"}]}
      """
    }
  }

  private static let cases = [
    Case(
      rule: "vanishing_gradient", fault: "sigmoids that hide a high rate",
      layers: Case.hidden("Sigmoid", times: 9),
      optimizer: #""type": "SGD", "lr": 0.5, "momentum": 0.9"#),
    Case(
      rule: "exploding_gradient", fault: "large weights in depth",
      layers: Case.hidden("ReLU", times: 8), optimizer: #""type": "Adam", "lr": 1e-4"#,
      members: #""init": {"type": "normal", "std": 0.6},"#),
    Case(
      rule: "dead_units", fault: "negative biases",
      members: #""bias_init": {"type": "constant", "value": -9},"#),
    Case(
      rule: "step_size", fault: "a high rate",
      optimizer: #""type": "Adam", "lr": 0.5"#),
    Case(
      rule: "step_size", fault: "a low rate", optimizer: #""type": "Adam", "lr": 1e-7"#),
    Case(
      rule: "accumulated_gradients", fault: "no zero_grad",
      optimizer: #""type": "SGD", "lr": 0.2, "momentum": 0.9"#,
      training: #", "zero_grad": false"#),
    Case(
      rule: "missing_gradient", fault: "a detach",
      layers: Case.hidden("ReLU", times: 2) + #", {"type": "Detach"}"#),
    Case(
      rule: "initialization", fault: "weights of 0", members: #""init": {"type": "zeros"},"#),
    Case(
      rule: "initialization", fault: "inputs of a thousand",
      layers: #"{"type": "Scale", "factor": 1000}, "# + Case.hidden("Tanh", times: 3)),
  ]

  @Test(arguments: cases)
  func whatIsSuggestedHelps(_ it: Case) throws {
    let ill = try train(it.text, as: "ill")
    let before = try gradtop.run("check", ill, "--format", "json", "--suggest", "well.json")
    #expect(before.status == 1)
    #expect(before.output.contains("\"rule\":\"\(it.rule)\""), "\(before.output)")
    let well = try train(gradtop.folder.text("well.json"), as: "well")
    let after = try gradtop.run("check", well, "--format", "json", "--fail-on", "warning")
    #expect(after.status == 0, "\(gradtop.folder.text("well.json"))\n\(after.output)")
    let (first, second) = (try lastLoss(ill), try lastLoss(well))
    // Guessing costs ln 10.
    #expect(second < 0.9 * min(first.isFinite ? first : 2.3, 2.3), "\(first) → \(second)")
  }

  /// Trains a model file and returns its trace's name.
  private func train(_ text: String, as name: String) throws -> String {
    try text.write(to: gradtop.folder.file(name + ".json"), atomically: true, encoding: .utf8)
    let outcome = try gradtop.run(
      "run", "--headless", "--norms-every", "1", "--trace", name + ".mcap", name + ".json")
    #expect(outcome.status == 0, "\(outcome.errors)")
    return name + ".mcap"
  }

  private func lastLoss(_ trace: String) throws -> Double {
    let table = try gradtop.run("export", trace, "--table", "steps", "--steps", "140..")
    let losses = table.lines.dropFirst().compactMap { Double($0.split(separator: ",")[2]) }
    return losses.reduce(0, +) / Double(losses.count)
  }
}
