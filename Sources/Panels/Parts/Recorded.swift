internal import TraceFormat
internal import TraceSession

extension Snapshot {
  /// Whether any step has a loss.
  var recordsLosses: Bool { scalars[.loss] != nil }

  /// Whether any step has figures of gradients or of what layers put out.
  var recordsGradients: Bool {
    scalars[.gradNorm] != nil || !outputGradNorms.isEmpty || !parameterGradNorms.isEmpty
      || !updateRatios.isEmpty || activationStep?.activations.node.isEmpty == false
      || step?.parameters.parameter.isEmpty == false
  }

  /// Says that the trace has no `things`, and why.
  func notRecorded(_ things: String) -> String {
    let run = run ?? Run()
    if run.producer == "torch.profiler" {
      return "not recorded: a PyTorch profile has no \(things)"
    }
    if !run.isInstrumented { return "not recorded: the run was not instrumented" }
    return state == .growing
      ? "no \(things) recorded so far" : "not recorded: this trace has no \(things)"
  }
}
