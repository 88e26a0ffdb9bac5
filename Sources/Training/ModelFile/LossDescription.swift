internal import Autodiff

/// What a model file makes small.
struct LossDescription: Sendable {
  static let types = ["MSELoss", "CrossEntropyLoss", "Sum", "Mean"]

  let type: String
  let averages: Bool

  init(_ reader: inout ObjectReader) throws(ModelFileError) {
    type = try reader.choice("type", of: Self.types)
    if type == "MSELoss" || type == "CrossEntropyLoss" {
      averages = try reader.choice("reduction", of: ["mean", "sum"], default: "mean") == "mean"
    } else {
      averages = type == "Mean"
    }
    try reader.finish()
  }

  /// Whether targets are classes, and accuracy has a meaning.
  var isClassifier: Bool { type == "CrossEntropyLoss" }

  /// Adds the loss to a network whose output is `output`.
  func build(
    _ output: ValueID, in model: inout ModelBuilder, classes: Int?
  ) throws(ModelFileError) -> ValueID {
    let shape = model.shape(of: output)
    switch type {
    case "Sum": return try model.addLoss(type, Sum(), to: [output])
    case "Mean": return try model.addLoss(type, Mean(), to: [output])
    default: break
    }
    guard let target = model.batchTarget() else {
      throw ModelFileError("loss", "\(type) needs targets, but the file has no data")
    }
    guard isClassifier else {
      return try model.addLoss(type, MSELoss(averages: averages), to: [output, target])
    }
    if let classes, classes > shape.width {
      throw ModelFileError(
        "loss", "the data has \(classes) classes, the output of shape \(shape) only \(shape.width)",
        hint: "the last layer needs out_features of at least \(classes)")
    }
    return try model.addLoss(type, CrossEntropyLoss(averages: averages), to: [output, target])
  }
}
