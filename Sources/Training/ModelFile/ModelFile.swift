/// A model file, read and checked as far as that goes without its data.
public struct ModelFile: Sendable {
  /// The file's text, byte for byte.
  public let text: String
  /// What relative paths start from.
  public let folder: String
  /// `name`, or `model`.
  public let name: String
  /// What all randomness derives from.
  public var seed: UInt64
  /// Where samples come from; nil where the model uses none.
  public let data: DataDescription?
  /// How it is trained.
  public var training: TrainingOptions
  /// What is kept for backward, and what is made again.
  public var memory: MemoryDescription
  /// A safetensors file to start from, relative to `folder`.
  public var weights: String?

  /// The learning rate of a step.
  public func learningRate(at step: Int) -> Double {
    training.schedule.rate(optimizer.learningRate, at: step, of: training.steps)
  }

  let layers: LayerList
  let initialValues: InitialValues
  let loss: LossDescription
  let optimizer: OptimizerDescription

  /// Reads the model file that stands in `bytes`.
  ///
  /// - Parameter folder: The folder of the file; paths in it are relative to that.
  public init(_ bytes: [UInt8], folder: String) throws(ModelFileError) {
    var reader = try ObjectReader(try JSONParser.parse(bytes), path: "")
    text = String(decoding: bytes, as: UTF8.self)
    self.folder = folder
    name = try reader.optionalString("name") ?? "model"
    seed = UInt64(try reader.int("seed", in: 0...Int.max, default: 0))
    weights = try reader.optionalString("weights")
    if var data = try reader.optionalObject("data") {
      self.data = try DataDescription(&data)
    } else {
      data = nil
    }
    guard let items = try reader.optionalArray("model") else {
      throw reader.missing("model", "an array of layers")
    }
    guard !items.isEmpty else {
      throw ModelFileError("model", "no layers", hint: "a model has at least one layer")
    }
    layers = try LayerList(items, path: "model")
    initialValues = try InitialValues(&reader)
    loss = try Self.required("loss", &reader) { part throws(ModelFileError) in
      try LossDescription(&part)
    }
    optimizer = try Self.required("optimizer", &reader) { part throws(ModelFileError) in
      try OptimizerDescription(&part)
    }
    training = try TrainingOptions(try reader.optionalObject("training"))
    memory = try MemoryDescription(try reader.optionalObject("memory"))
    try reader.finish()
  }

  private static func required<T>(
    _ key: String, _ reader: inout ObjectReader,
    _ read: (inout ObjectReader) throws(ModelFileError) -> T
  ) throws(ModelFileError) -> T {
    guard var part = try reader.optionalObject(key) else {
      throw reader.missing(key, "an object")
    }
    return try read(&part)
  }

  /// The kind of the loss: `CrossEntropyLoss`.
  public var lossKind: String { loss.type }

  /// The model file that ships with gradtop: a residual network on handwritten digits.
  public static var embedded: [UInt8] { PackageResources.digits_json }
}

/// How a model is trained.
public struct TrainingOptions: Sendable {
  /// Optimizer steps.
  public var steps: Int
  /// Samples of a micro-batch.
  public var batchSize: Int
  /// Micro-batches of a step.
  public var accumulate: Int
  /// The total gradient norm is clipped to this.
  public var clipNorm: Double?
  /// Each element of a gradient is clipped to ± this.
  public var clipValue: Double?
  /// Whether gradients are cleared before each step.
  public var zeroGrad: Bool
  /// `fp32` or `bf16`.
  public var precision: String
  /// How the learning rate changes.
  let schedule: LearningRateSchedule

  init(_ part: ObjectReader?) throws(ModelFileError) {
    var reader: ObjectReader
    if let part { reader = part } else { reader = try ObjectReader(.object([]), path: "training") }
    let above = Double.leastNonzeroMagnitude...Double.greatestFiniteMagnitude
    steps = try reader.int("steps", in: 1...Int.max, default: 100)
    batchSize = try reader.int("batch_size", in: 1...(1 << 24), default: 32)
    accumulate = try reader.int("accumulate", in: 1...4096, default: 1)
    clipNorm = try reader.optionalDouble("clip_grad_norm", in: above)
    clipValue = try reader.optionalDouble("clip_grad_value", in: above)
    zeroGrad = try reader.bool("zero_grad", default: true)
    if var part = try reader.optionalObject("lr_schedule") {
      schedule = try LearningRateSchedule(&part)
    } else {
      schedule = LearningRateSchedule()
    }
    precision = try reader.choice("precision", of: ["fp32", "bf16"], default: "fp32")
    try reader.finish()
  }
}
