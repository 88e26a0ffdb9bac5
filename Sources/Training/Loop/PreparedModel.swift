public import Autodiff

/// A model that is ready to train: data loaded, plan compiled, weights in place.
public final class PreparedModel {
  /// What was read.
  public let file: ModelFile
  /// Runs its steps.
  public internal(set) var executor: Executor
  /// The plan of what is kept and what made again; nil where none was asked for.
  public internal(set) var inForce: PlanInForce?
  let maker: PlanMaker
  /// What leaves memory goes there; nil where nothing does.
  private(set) var store: OffloadFile?
  /// The samples; nil where the model uses none.
  let dataset: Dataset?
  let layers: [BuiltLayer]
  let usesBatch: Bool

  /// Loads data and weights, builds the network and compiles its plan.
  ///
  /// - Parameter threads: The most threads of one kernel.
  public init(_ file: ModelFile, threads: Int) throws(TrainingError) {
    self.file = file
    let parts = try ModelParts(file, threads: threads)
    dataset = parts.dataset
    layers = parts.builder.layers
    maker = parts.maker
    let builder = parts.builder
    let plan: Plan
    do { plan = try maker.plan(file, layers: layers) } catch {
      if case .plan(let refused) = error { throw Self.refusal(refused, parts.builder.layers) }
      throw error
    }
    store = try Self.store(for: plan)
    do { executor = try Executor(plan, store: store) } catch { throw .plan(error) }
    if file.memory != MemoryDescription() {
      do {
        inForce = PlanInForce(
          plan, budget: file.memory.budget,
          storeAll: plan.options.order == nil && plan.offloadedBytes == 0
            ? plan : try maker.storeAll())
      } catch { throw .plan(error) }
    }
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

  /// The mistakes of the textbook by the names that people know them by.
  private static func refusal(_ error: PlanError, _ layers: [BuiltLayer]) -> TrainingError {
    switch error {
    case .brokenGraph:
      return .refused(
        rule: "broken_graph", layer: "loss",
        ModelFileError(
          "loss",
          "broken_graph: the loss depends on no parameter, so backward has nothing to reach",
          hint: "give the model a layer with parameters, and let the loss depend on it"))
    case .overwrittenTensor(let it, let other):
      let place = layers.first { $0.path == it.layer }?.jsonPath ?? it.layer
      return .refused(
        rule: "overwritten_tensor", layer: it.layer,
        ModelFileError(
          place + ".inplace",
          "overwritten_tensor: \(it.kind) \"\(it.name)\" overwrites in place what \(other.kind) "
            + "\"\(other.name)\" needs for backward", hint: "set \"inplace\": false"))
    default: return .plan(error)
    }
  }

  private static func store(for plan: Plan) throws(TrainingError) -> OffloadFile? {
    guard plan.offloadedBytes > 0 else { return nil }
    do {
      return try OffloadFile(bytes: plan.offloadedBytes, transfers: plan.offloadedTensors)
    } catch { throw .offload(error) }
  }

  /// Another plan may send other tensors out.
  func makeStore(for plan: Plan) throws(TrainingError) { store = try Self.store(for: plan) }

  private func set(_ parameter: ParameterID, to start: Start) {
    let it = executor.plan.network[parameter]
    let elements = executor.elements(of: it.value)
    var stream = RandomStream(seed: file.seed, name: it.name)
    start.fill(elements, shape: executor.plan.network[it.value].shape, from: &stream)
  }
}

extension PreparedModel {
  /// Below what targets are, where they are classes.
  public var classCount: Int? { dataset?.classCount }

  /// Below what inputs are, where an embedding looks them up.
  public var tokenCount: Int? {
    let network = executor.plan.network
    for node in network.nodes where type(of: node.primitive).name == "Embedding" {
      guard network[node.operands[0]].origin == .input else { continue }
      return network[node.operands[1]].shape.sizes.first
    }
    return nil
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
      // Weights may come from where no running statistics are kept.
      for buffer in executor.plan.network.buffers {
        guard let found = file.shape(of: buffer.name),
          let numbers = file.floats(of: buffer.name)
        else { continue }
        let shape = executor.plan.network[buffer.value].shape
        guard found == shape.sizes else {
          throw SafetensorsError(
            path: path,
            reason: "\"\(buffer.name)\" has shape \(Shape(found)), the model needs \(shape)")
        }
        _ = executor.elements(of: buffer.value).update(from: numbers)
      }
    } catch { throw .weights(error) }
  }

  /// Writes every parameter and running statistic to a safetensors file.
  public func saveWeights(_ path: String) throws(SafetensorsError) {
    let network = executor.plan.network
    let values =
      network.parameters.map { ($0.name, $0.value) } + network.buffers.map { ($0.name, $0.value) }
    try writeSafetensors(
      values.map { name, value in
        NamedTensor(
          name: name, shape: network[value].shape.sizes,
          values: UnsafeBufferPointer(executor.elements(of: value)))
      }, to: path)
  }
}
