public import Autodiff
public import Rematerialization

/// Why a model cannot be trained.
public enum TrainingError: Error {
  /// A mistake in the model file.
  case model(ModelFileError)
  /// A mistake that backpropagation would stumble over, found before anything runs: the rule that
  /// names it, and the path of its layer.
  case refused(rule: String, layer: String, ModelFileError)
  /// Data that cannot be used.
  case data(DataError)
  /// Weights that cannot be read or do not fit.
  case weights(SafetensorsError)
  /// The network cannot be planned.
  case plan(PlanError)
  /// There is no file for what leaves memory.
  case offload(OffloadError)
  /// A memory budget cannot be met.
  case budget(MemoryBudgetError)
  /// What is to be kept and what not cannot be planned.
  case planning(PlanningError)
}
