internal import Autodiff

/// What a model file says of its optimizer; names and defaults are PyTorch's.
struct OptimizerDescription: Sendable {
  static let types = ["SGD", "Adam", "AdamW"]

  let type: String
  let learningRate: Double
  let rule: any UpdateRule

  init(_ reader: inout ObjectReader) throws(ModelFileError) {
    let positive = 0...Double.greatestFiniteMagnitude
    type = try reader.choice("type", of: Self.types)
    learningRate = try reader.double("lr", in: positive, default: 1e-3)
    if type == "SGD" {
      rule = try Self.descent(&reader)
    } else {
      let isDecoupled = type == "AdamW"
      let betas = try Self.betas(&reader)
      rule = Adam(
        beta1: betas.0, beta2: betas.1,
        epsilon: try reader.double("eps", in: positive, default: 1e-8),
        weightDecay: try reader.double(
          "weight_decay", in: positive, default: isDecoupled ? 0.01 : 0),
        isDecoupled: isDecoupled)
    }
    try reader.finish()
  }

  private static func descent(_ reader: inout ObjectReader) throws(ModelFileError) -> SGD {
    let positive = 0...Double.greatestFiniteMagnitude
    let rule = SGD(
      momentum: Float(try reader.double("momentum", in: positive, default: 0)),
      dampening: Float(try reader.double("dampening", in: positive, default: 0)),
      isNesterov: try reader.bool("nesterov", default: false),
      weightDecay: Float(try reader.double("weight_decay", in: positive, default: 0)))
    if rule.isNesterov, rule.momentum == 0 || rule.dampening != 0 {
      throw ModelFileError(
        reader.path(of: "nesterov"), "Nesterov's momentum needs a momentum and no dampening")
    }
    return rule
  }

  private static func betas(
    _ reader: inout ObjectReader
  ) throws(ModelFileError) -> (Double, Double) {
    let path = reader.path(of: "betas")
    guard let items = try reader.optionalArray("betas") else { return (0.9, 0.999) }
    let numbers = items.compactMap(\.double)
    guard numbers.count == 2, items.count == 2, numbers.allSatisfy({ (0..<1).contains($0) }) else {
      throw ModelFileError(path, "expected two numbers of at least 0 and below 1")
    }
    return (numbers[0], numbers[1])
  }
}
