internal import Autodiff

/// What a model file says of its optimizer; names and defaults are PyTorch's.
struct OptimizerDescription: Sendable {
  static let types = ["SGD", "Adam", "AdamW", "RMSprop", "Adagrad"]

  private static let positive = 0...Double(Float.greatestFiniteMagnitude)

  let type: String
  let learningRate: Double
  let rule: any UpdateRule

  init(_ reader: inout ObjectReader) throws(ModelFileError) {
    type = try reader.choice("type", of: Self.types)
    let isSlow = type == "SGD" || type == "Adam" || type == "AdamW"
    learningRate = try reader.double("lr", in: Self.positive, default: isSlow ? 1e-3 : 1e-2)
    switch type {
    case "SGD": rule = try Self.descent(&reader)
    case "RMSprop": rule = try Self.rootMeanSquare(&reader)
    case "Adagrad": rule = try Self.adagrad(&reader)
    default: rule = try Self.adam(&reader, isDecoupled: type == "AdamW")
    }
    try reader.finish()
  }

  private static func descent(_ reader: inout ObjectReader) throws(ModelFileError) -> SGD {
    let rule = SGD(
      momentum: try number("momentum", &reader), dampening: try number("dampening", &reader),
      isNesterov: try reader.bool("nesterov", default: false),
      weightDecay: try number("weight_decay", &reader))
    if rule.isNesterov, rule.momentum == 0 || rule.dampening != 0 {
      throw ModelFileError(
        reader.path(of: "nesterov"), "Nesterov's momentum needs a momentum and no dampening")
    }
    return rule
  }

  private static func adam(
    _ reader: inout ObjectReader, isDecoupled: Bool
  ) throws(ModelFileError) -> Adam {
    let betas = try betas(&reader)
    return Adam(
      beta1: betas.0, beta2: betas.1,
      epsilon: try reader.double("eps", in: positive, default: 1e-8),
      weightDecay: try reader.double("weight_decay", in: positive, default: isDecoupled ? 0.01 : 0),
      isDecoupled: isDecoupled)
  }

  private static func rootMeanSquare(
    _ reader: inout ObjectReader
  ) throws(ModelFileError) -> RMSprop {
    RMSprop(
      alpha: try number("alpha", &reader, default: 0.99),
      epsilon: try number("eps", &reader, default: 1e-8),
      weightDecay: try number("weight_decay", &reader),
      momentum: try number("momentum", &reader),
      isCentered: try reader.bool("centered", default: false))
  }

  private static func adagrad(_ reader: inout ObjectReader) throws(ModelFileError) -> Adagrad {
    Adagrad(
      rateDecay: try reader.double("lr_decay", in: positive, default: 0),
      weightDecay: try number("weight_decay", &reader),
      stateStart: try number("initial_accumulator_value", &reader),
      epsilon: try number("eps", &reader, default: 1e-10))
  }

  private static func number(
    _ key: String, _ reader: inout ObjectReader, default number: Double = 0
  ) throws(ModelFileError) -> Float {
    Float(try reader.double(key, in: positive, default: number))
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
