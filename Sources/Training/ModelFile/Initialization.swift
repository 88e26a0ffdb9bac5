internal import Autodiff

/// What a model file says of a parameter's first values: `torch.nn.init`'s names and formulas.
struct Initialization: Sendable {
  /// The mistake of one that does not fit a tensor.
  let path: String
  private let kind: Kind

  private enum Kind: Sendable {
    /// The bound (uniform) or deviation (normal) is `gain` over √ of a fan, times √3 if uniform.
    case kaiming(gain: Double, usesOutputs: Bool, isUniform: Bool)
    case xavier(gain: Double, isUniform: Bool)
    case orthogonal(gain: Double)
    case plain(Start)
  }

  static let types = [
    "kaiming_uniform", "kaiming_normal", "xavier_uniform", "xavier_normal", "orthogonal", "normal",
    "uniform", "constant", "zeros", "ones",
  ]

  init(_ reader: inout ObjectReader) throws(ModelFileError) {
    path = reader.path
    let type = try reader.choice("type", of: Self.types)
    let positive = 0...Double(Float.greatestFiniteMagnitude)
    switch type {
    case "kaiming_uniform", "kaiming_normal":
      let mode = try reader.choice("mode", of: ["fan_in", "fan_out"], default: "fan_in")
      kind = .kaiming(
        gain: try Self.gain(&reader), usesOutputs: mode == "fan_out",
        isUniform: type == "kaiming_uniform")
    case "xavier_uniform", "xavier_normal":
      kind = .xavier(
        gain: try reader.double("gain", in: positive, default: 1),
        isUniform: type == "xavier_uniform")
    case "orthogonal":
      kind = .orthogonal(gain: try reader.double("gain", in: positive, default: 1))
    case "normal":
      kind = .plain(
        .normal(
          mean: Float(try reader.double("mean", in: Double.finite, default: 0)),
          deviation: Float(try reader.double("std", in: positive, default: 1))))
    case "uniform":
      let low = try reader.double("a", in: Double.finite, default: 0)
      let high = try reader.double("b", in: Double.finite, default: 1)
      guard low <= high else {
        throw ModelFileError(reader.path(of: "b"), "\(high) is below a, \(low)")
      }
      kind = .plain(.uniform(Float(low), Float(high)))
    case "constant":
      guard let value = try reader.optionalDouble("value", in: Double.finite) else {
        throw reader.missing("value", "a number")
      }
      kind = .plain(.constant(Float(value)))
    default:
      kind = .plain(.constant(type == "ones" ? 1 : 0))
    }
    try reader.finish()
  }

  /// `torch.nn.init.calculate_gain`.
  private static func gain(_ reader: inout ObjectReader) throws(ModelFileError) -> Double {
    let names = ["linear", "sigmoid", "tanh", "relu", "leaky_relu", "selu"]
    let name = try reader.choice("nonlinearity", of: names, default: "leaky_relu")
    let slope = try reader.double("a", in: Double.finite, default: 0)
    return switch name {
    case "tanh": 5.0 / 3
    case "relu": 2.0.squareRoot()
    case "leaky_relu": (2 / (1 + slope * slope)).squareRoot()
    case "selu": 0.75
    default: 1
    }
  }

  /// How a tensor of this shape starts.
  func start(of shape: Shape) throws(ModelFileError) -> Start {
    if case .plain(let start) = kind { return start }
    guard shape.rank >= 2 else {
      throw ModelFileError(
        path, "it needs a tensor of at least two dimensions, this one has shape \(shape)")
    }
    let field = shape.sizes.dropFirst(2).reduce(1, *)
    let (inputs, outputs) = (Double(shape.sizes[1] * field), Double(shape.sizes[0] * field))
    switch kind {
    case .kaiming(let gain, let usesOutputs, let isUniform):
      let deviation = gain / max(1, usesOutputs ? outputs : inputs).squareRoot()
      return Self.spread(deviation, isUniform: isUniform)
    case .xavier(let gain, let isUniform):
      let deviation = gain * (2 / max(1, inputs + outputs)).squareRoot()
      return Self.spread(deviation, isUniform: isUniform)
    case .orthogonal(let gain):
      return .orthogonal(gain: Float(gain))
    case .plain(let start):
      return start
    }
  }

  private static func spread(_ deviation: Double, isUniform: Bool) -> Start {
    let bound = Float(3.0.squareRoot() * deviation)
    return isUniform ? .uniform(-bound, bound) : .normal(mean: 0, deviation: Float(deviation))
  }
}

/// What holds for the parameters of a layer, a container or a model.
struct InitialValues: Sendable {
  /// `init`.
  var weights: Initialization?
  /// `bias_init`.
  var biases: Initialization?

  /// PyTorch's own.
  init() {}

  init(_ reader: inout ObjectReader) throws(ModelFileError) {
    if var part = try reader.optionalObject("init") { weights = try Initialization(&part) }
    if var part = try reader.optionalObject("bias_init") { biases = try Initialization(&part) }
  }

  /// How a parameter starts, `given` where nothing is said.
  ///
  /// What an enclosing container says of weights holds for those with at least two dimensions: scales
  /// of normalizations keep their ones.
  func start(
    of name: String?, _ shape: Shape, given: Start, inherited: InitialValues
  ) throws(ModelFileError) -> Start {
    guard let name else { return given }
    if name.contains("bias") {
      return try (biases ?? inherited.biases)?.start(of: shape) ?? given
    }
    if let weights { return try weights.start(of: shape) }
    guard shape.rank >= 2, let weights = inherited.weights else { return given }
    return try weights.start(of: shape)
  }

  /// These, and those of the container around where nothing is said.
  func inside(_ outer: InitialValues) -> InitialValues {
    var result = self
    if result.weights == nil { result.weights = outer.weights }
    if result.biases == nil { result.biases = outer.biases }
    return result
  }
}
