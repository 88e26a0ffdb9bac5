internal import Autodiff

/// What a model file makes small.
struct LossDescription: Sendable {
  static let types = [
    "MSELoss", "L1Loss", "HuberLoss", "CrossEntropyLoss", "BCEWithLogitsLoss", "NLLLoss", "Sum",
    "Mean",
  ]

  let type: String
  private let primitive: any Primitive

  init(_ reader: inout ObjectReader) throws(ModelFileError) {
    type = try reader.choice("type", of: Self.types)
    if type == "Sum" || type == "Mean" {
      primitive = type == "Sum" ? Sum() : Mean()
    } else {
      let reduction = try reader.choice("reduction", of: ["mean", "sum"], default: "mean")
      primitive = try Self.primitive(type, averages: reduction == "mean", &reader)
    }
    try reader.finish()
  }

  private static func primitive(
    _ type: String, averages: Bool, _ reader: inout ObjectReader
  ) throws(ModelFileError) -> any Primitive {
    switch type {
    case "MSELoss": return MSELoss(averages: averages)
    case "L1Loss": return L1Loss(averages: averages)
    case "HuberLoss":
      let above = Double(Float.leastNormalMagnitude)...Double(Float.greatestFiniteMagnitude)
      return HuberLoss(
        averages: averages, delta: Float(try reader.double("delta", in: above, default: 1)))
    case "BCEWithLogitsLoss": return BCEWithLogitsLoss(averages: averages)
    case "NLLLoss": return NLLLoss(averages: averages)
    default:
      let smoothing = try reader.double("label_smoothing", in: 0...1, default: 0)
      return CrossEntropyLoss(averages: averages, labelSmoothing: Float(smoothing))
    }
  }

  /// Whether targets are classes.
  var takesClasses: Bool { type == "CrossEntropyLoss" || type == "NLLLoss" }

  /// Whether accuracy has a meaning.
  var isClassifier: Bool { takesClasses || type == "BCEWithLogitsLoss" }

  /// Adds the loss to a network whose output is `output`.
  func build(
    _ output: ValueID, in model: inout ModelBuilder, classes: Int?
  ) throws(ModelFileError) -> ValueID {
    if primitive is Sum || primitive is Mean {
      return try model.addLoss(type, primitive, to: [output])
    }
    guard let target = model.batchTarget() else {
      throw ModelFileError(
        "loss", "\(type) needs targets, and the data has none",
        hint: "give \"data\" targets, or use Sum or Mean")
    }
    let shape = model.shape(of: output)
    if takesClasses, let classes, classes > shape.width {
      throw ModelFileError(
        "loss", "the data has \(classes) classes, the output of shape \(shape) only \(shape.width)",
        hint: "the last layer needs out_features of at least \(classes)")
    }
    return try model.addLoss(type, primitive, to: [output, target])
  }
}
