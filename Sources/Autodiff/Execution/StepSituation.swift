/// What forward is run for.
public enum ForwardPurpose: Sendable {
  /// A step: statistics are the batch's, dropout drops, buffers change.
  case training
  /// As in training, but nothing that outlives the pass changes.
  case rehearsal
  /// PyTorch's `eval()`: running statistics, and nothing is dropped.
  case evaluation
}

/// What a step tells its kernels.
struct StepSituation {
  /// What forward is run for.
  var purpose = ForwardPurpose.training
  /// What random numbers derive from.
  var seed: UInt64
  /// Which step it is.
  var step = 0
  /// Which of its micro-batches runs.
  var micro = 0
  /// Whether outputs and their gradients are looked at.
  var isMeasured = false
}
