/// Something of the textbook that helps, as a change to the model file.
public enum Remedy: Hashable, Sendable {
  /// Every activation of one of these kinds becomes another one.
  case replaceActivations([String], with: String)
  /// Weights start as `torch.nn.init` calls it, with the gain of `nonlinearity`; biases at 0.
  case initialize(String, nonlinearity: String)
  /// A `LayerNorm` before each activation of one of these kinds.
  case normalize(before: [String])
  /// A skip connection around each block whose input and output have the same shape.
  case addResiduals
  /// `clip_grad_norm`.
  case clipGradients(Double)
  /// The learning rate, multiplied.
  case scaleLearningRate(Double)
  /// Inputs are multiplied by this before the first layer.
  case scaleInputs(Double)
  /// `zero_grad` is true.
  case clearGradients
  /// The layer at this path goes away.
  case remove(layer: String)
  /// Layers of these kinds become another one.
  case replaceLayers([String], with: String)
  /// The layer at this path no longer overwrites its input.
  case notInPlace(layer: String)

  /// What to do, as a clause.
  public var words: String {
    switch self {
    case .replaceActivations(let kinds, let other):
      "use \(other) for \(kinds.joined(separator: ", "))"
    case .initialize(let name, let nonlinearity):
      "start weights with \(name) for \(nonlinearity) and biases at 0"
    case .normalize(let kinds): "put a LayerNorm before each \(kinds.joined(separator: ", "))"
    case .addResiduals: "add residual connections"
    case .clipGradients(let norm): "clip the gradients' norm to \(shortened(norm))"
    case .scaleLearningRate(let factor):
      factor < 1
        ? "divide the learning rate by \(shortened(1 / factor))"
        : "multiply the learning rate by \(shortened(factor))"
    case .scaleInputs(let factor): "multiply the inputs by \(shortened(factor))"
    case .clearGradients: "clear the gradients before each step (zero_grad)"
    case .remove(let layer): "remove \(layer)"
    case .replaceLayers(let kinds, let other):
      "use \(other) for \(kinds.joined(separator: ", "))"
    case .notInPlace(let layer): "do without inplace in \(layer)"
    }
  }
}

/// A figure with three digits.
func shortened(_ value: Double) -> String {
  guard value.isFinite, value != 0 else { return "\(value)" }
  var (scaled, exponent) = (abs(value), 0)
  while scaled >= 10 { (scaled, exponent) = (scaled / 10, exponent + 1) }
  while scaled < 1 { (scaled, exponent) = (scaled * 10, exponent - 1) }
  let digits = (scaled * 100).rounded()
  let sign = value < 0 ? "-" : ""
  guard (-3..<5).contains(exponent) else {
    return sign + trimmed(digits / 100) + "e\(exponent)"
  }
  var result = digits / 100
  for _ in 0..<abs(exponent) { result = exponent > 0 ? result * 10 : result / 10 }
  let places = max(0, 2 - exponent)
  let power = (0..<places).reduce(1.0) { product, _ in product * 10 }
  return sign + trimmed((result * power).rounded() / power)
}

private func trimmed(_ value: Double) -> String {
  value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
}
