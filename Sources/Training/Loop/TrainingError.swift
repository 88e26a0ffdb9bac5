public import Autodiff

/// Why a model cannot be trained.
public enum TrainingError: Error {
  /// A mistake in the model file.
  case model(ModelFileError)
  /// Data that cannot be used.
  case data(DataError)
  /// Weights that cannot be read or do not fit.
  case weights(SafetensorsError)
  /// The network cannot be planned.
  case plan(PlanError)
}
