public import TraceFormat

/// What the model file of a run says that rules must know.
public struct RunTerms: Sendable {
  /// Whether gradients are cleared before each step; nil where the run does not say.
  public var clearsGradients: Bool?
  /// Whether a step has several micro-batches.
  public var accumulates = false
  /// Whether the loss is a sum, not a mean, over samples.
  public var sumsLoss = false

  /// Nothing is known.
  public init() {}

  /// What `run` says.
  ///
  /// Space between tokens aside, a key and its value can stand in a model file in one way only: in a
  /// string, quotes would be escaped.
  public init(_ run: Run) {
    let text = String(run.modelText.unicodeScalars.filter { !$0.properties.isWhitespace })
    guard text.hasPrefix("{") else { return }
    clearsGradients = !text.contains("\"zero_grad\":false")
    sumsLoss = text.contains("\"reduction\":\"sum\"")
    accumulates =
      text.contains("\"accumulate\":") && !text.contains("\"accumulate\":1,")
      && !text.contains("\"accumulate\":1}")
  }
}
