import TraceFormat

/// Which quantities a graph tells at all: one that was made of a profile has no FLOPs, parameters or
/// tensors, and that is not to say that they are 0.
extension GraphIndex {
  /// Whether FLOPs were counted.
  public var tellsFlops: Bool {
    graph.nodes.contains { $0.forwardFlops > 0 || $0.backwardFlops > 0 }
  }

  /// Whether parameters are known.
  public var tellsParameters: Bool { !graph.parameters.isEmpty }

  /// Whether it is known what is kept for backward.
  public var tellsSavedBytes: Bool { !graph.tensors.isEmpty }
}
