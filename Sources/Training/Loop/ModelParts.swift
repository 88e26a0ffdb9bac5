internal import Autodiff

/// A model file turned into data, a network, and what makes its plans: all but memory for it.
struct ModelParts {
  let dataset: Dataset?
  private(set) var builder: ModelBuilder
  private(set) var maker: PlanMaker

  init(_ file: ModelFile, threads: Int) throws(TrainingError) {
    do {
      dataset = try file.data?.load(
        relativeTo: file.folder, seed: file.seed, wantsClasses: file.loss.takesClasses)
    } catch { throw .data(error) }
    let batch = Self.batchForm(dataset, file.training.batchSize)
    for shape in [batch.input, batch.target] {
      guard let shape, !shape.isCountable else { continue }
      throw .model(
        ModelFileError(
          "training.batch_size",
          "a batch of shape \(shape) is too large: \(Shape.mostElements) elements at most"))
    }
    builder = ModelBuilder(batch: batch, initialValues: file.initialValues)
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
    options.precision = Precision(rawValue: file.training.precision) ?? .float32
    options.seed = file.seed
    // What is planned is measured as it will run: each op apart.
    if file.memory.budget != nil { options.chainElements = nil }
    maker = PlanMaker(
      network: builder.network, loss: loss, rule: file.optimizer.rule, options: options)
    let whole = maker
    maker.options.offload = try file.memory.offload.options(
      whole.network, layers: builder.layers, hasBudget: file.memory.budget != nil,
      plan: { () throws(PlanError) in try whole.plan(nil) })
  }

  static func batchForm(_ dataset: Dataset?, _ size: Int) -> ModelBuilder.BatchForm {
    guard let dataset else { return ModelBuilder.BatchForm() }
    var form = ModelBuilder.BatchForm(input: Shape([size] + dataset.inputShape))
    form.tokens = { dataset.tokenCount }
    switch dataset.targets {
    case .none: break
    case .values(_, let shape):
      form.target = Shape([size] + shape)
    case .classes(_, let shape, _):
      form.target = Shape([size] + shape)
      form.targetType = .int32
    }
    return form
  }
}
