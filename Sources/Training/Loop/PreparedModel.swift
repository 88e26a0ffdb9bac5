public import Autodiff

/// A model that is ready to train: data loaded, plan compiled, weights in place.
public final class PreparedModel {
  /// What was read.
  public let file: ModelFile
  /// Runs its steps.
  public let executor: Executor
  /// The samples; nil where the model uses none.
  let dataset: Dataset?
  let layers: [BuiltLayer]
  let usesBatch: Bool

  /// Loads data and weights, builds the network and compiles its plan.
  ///
  /// - Parameter threads: The most threads of one kernel.
  public init(_ file: ModelFile, threads: Int) throws(TrainingError) {
    self.file = file
    do {
      dataset = try file.data?.load(
        relativeTo: file.folder, seed: file.seed, wantsClasses: file.loss.takesClasses)
    } catch { throw .data(error) }
    var builder = ModelBuilder(
      batch: Self.batchForm(dataset, file.training.batchSize), initialValues: file.initialValues)
    let loss: ValueID
    do throws(ModelFileError) {
      guard let output = try builder.build(file.layers, input: nil, prefix: "", owner: "") else {
        throw ModelFileError("model", "the layers give no output")
      }
      loss = try file.loss.build(output, in: &builder, classes: dataset?.classCount)
    } catch { throw .model(error) }
    var options = PlanOptions()
    options.accumulate = file.training.accumulate
    options.zeroGrad = file.training.zeroGrad
    options.clipNorm = file.training.clipNorm
    options.clipValue = file.training.clipValue
    options.threads = threads
    do {
      let plan = try Plan(
        builder.network, loss: loss, updateRule: file.optimizer.rule, options: options)
      executor = try Executor(plan)
    } catch { throw .plan(error) }
    layers = builder.layers
    usesBatch = builder.network.values.contains { $0.origin == .input || $0.origin == .target }
    for (index, start) in builder.starts.enumerated() { set(ParameterID(index: index), to: start) }
    if let weights = file.weights {
      do throws(TrainingError) {
        try loadWeights(weights.hasPrefix("/") ? weights : file.folder + "/" + weights)
      } catch .weights(let mistake) {
        throw .model(
          ModelFileError(
            "weights", "\(weights): \(mistake.reason)",
            hint: mistake.isMissing ? "paths are relative to the model file" : ""))
      }
    }
  }

  static func batchForm(_ dataset: Dataset?, _ size: Int) -> ModelBuilder.BatchForm {
    guard let dataset else { return ModelBuilder.BatchForm() }
    var form = ModelBuilder.BatchForm(input: Shape([size] + dataset.inputShape))
    form.tokens = { dataset.tokenCount }
    switch dataset.targets {
    case .values(_, let shape):
      form.target = Shape([size] + shape)
    case .classes(_, let shape, _):
      form.target = Shape([size] + shape)
      form.targetType = .int32
    }
    return form
  }

  private func set(_ parameter: ParameterID, to start: Start) {
    let it = executor.plan.network[parameter]
    let elements = executor.elements(of: it.value)
    var stream = RandomStream(seed: file.seed, name: it.name)
    start.fill(elements, shape: executor.plan.network[it.value].shape, from: &stream)
  }
}

extension Dataset {
  /// How many classes there are; nil where targets are numbers.
  var classCount: Int? {
    if case .classes(_, _, let count) = targets { count } else { nil }
  }
}

// MARK: - Weights

extension PreparedModel {
  /// Sets every parameter from a safetensors file.
  ///
  /// - Throws: `TrainingError.weights` where one is missing or has another shape.
  public func loadWeights(_ path: String) throws(TrainingError) {
    do throws(SafetensorsError) {
      let file = try SafetensorsFile(path: path)
      for parameter in executor.plan.network.parameters {
        let shape = executor.plan.network[parameter.value].shape
        guard let found = file.shape(of: parameter.name),
          let numbers = file.floats(of: parameter.name)
        else {
          throw SafetensorsError(
            path: path,
            reason: "no tensor \"\(parameter.name)\"; "
              + Spelling.hint(for: parameter.name, among: file.names))
        }
        guard found == shape.sizes else {
          throw SafetensorsError(
            path: path,
            reason: "\"\(parameter.name)\" has shape \(Shape(found)), the model needs \(shape)")
        }
        _ = executor.elements(of: parameter.value).update(from: numbers)
      }
    } catch { throw .weights(error) }
  }

  /// Writes every parameter to a safetensors file.
  public func saveWeights(_ path: String) throws(SafetensorsError) {
    try writeSafetensors(
      executor.plan.network.parameters.map { parameter in
        NamedTensor(
          name: parameter.name, shape: executor.plan.network[parameter.value].shape.sizes,
          values: UnsafeBufferPointer(executor.elements(of: parameter.value)))
      }, to: path)
  }
}
