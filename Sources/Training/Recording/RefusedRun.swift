internal import Autodiff
public import TraceFormat

/// The trace of a model that is refused before it runs: its graph, and why.
public enum RefusedRun {
  /// Writes run, graph and finding to `output`, and closes it.
  ///
  /// - Parameters:
  ///   - file: The model file; nothing but its graph is needed of it.
  ///   - run: Names of run, host and device.
  public static func write(
    _ file: ModelFile, run: Run, finding: FindingRecord, to output: any TraceOutput
  ) -> TraceWriteError? {
    var run = run
    run.name = file.name
    run.modelText = file.text
    run.seed = file.seed
    run.monotonicOrigin = MonotonicClock.now()
    run.plannedSteps = UInt64(file.training.steps)
    run.lossKind = file.loss.type
    run.isClassifier = file.loss.isClassifier
    let writer = TraceWriter(output: output, run: run)
    if let graph = graph(of: file) { writer.write(graph: graph, now: MonotonicClock.now()) }
    writer.write(finding: finding, now: MonotonicClock.now())
    writer.close(now: MonotonicClock.now())
    return writer.failure
  }

  /// The graph as far as it can be told without a plan; nil where there is none.
  private static func graph(of file: ModelFile) -> Graph? {
    let dataset = try? file.data?.load(
      relativeTo: file.folder, seed: file.seed, wantsClasses: file.loss.takesClasses)
    var builder = ModelBuilder(
      batch: ModelParts.batchForm(dataset, file.training.batchSize),
      initialValues: file.initialValues)
    guard
      let output = try? builder.build(file.layers, input: nil, prefix: "", owner: ""),
      (try? file.loss.build(output, in: &builder, classes: dataset?.classCount)) != nil
    else { return nil }
    return Graph(unplanned: builder.network, layers: builder.layers)
  }
}

extension Graph {
  /// A network that has no plan: what it computes, not what that costs.
  fileprivate init(unplanned network: Network, layers built: [BuiltLayer]) {
    self.init()
    nodes = network.nodes.enumerated().map { index, it in
      var node = Node()
      node.id = UInt32(index)
      (node.name, node.layer) = (it.name, it.layer)
      node.kind = it.operands.isEmpty ? "Constant" : type(of: it.primitive).name
      node.shape = network[it.result].shape.sizes.map { UInt64($0) }
      for operand in it.operands {
        switch network[operand].origin {
        case .node(let producer): node.inputs.append(UInt32(producer.index))
        case .parameter(let parameter): node.parameters.append(UInt32(parameter.index))
        case .input, .target, .buffer, .constant: break
        }
      }
      return node
    }
    parameters = network.parameters.enumerated().map { index, it in
      var parameter = Parameter()
      parameter.id = UInt32(index)
      (parameter.name, parameter.layer) = (it.name, it.layer)
      parameter.shape = network[it.value].shape.sizes.map { UInt64($0) }
      return parameter
    }
    layers = built.map { it in
      var layer = Layer()
      (layer.path, layer.kind) = (it.path, it.kind)
      (layer.isContainer, layer.isLoss) = (it.isContainer, it.isLoss)
      return layer
    }
  }
}
