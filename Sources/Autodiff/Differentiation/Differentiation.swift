/// Which gradients exist: what backpropagation from the loss reaches, and is wanted.
///
/// Only what depends on a parameter requires a gradient, and only what the loss depends on gets one;
/// nothing else is computed, and nothing else is kept for it.
struct Differentiation {
  /// For each value: whether it gets a gradient.
  let hasGradient: [Bool]

  /// - Throws: `PlanError.brokenGraph` where no parameter is reached.
  init(_ network: Network, loss: ValueID) throws(PlanError) {
    var requires = network.values.map { value in
      if case .parameter = value.origin { true } else { false }
    }
    for node in network.nodes where !node.operands.isEmpty {
      requires[node.result.index] =
        !node.primitive.cutsGradient && node.operands.contains { requires[$0.index] }
    }
    guard requires[loss.index] else {
      throw .brokenGraph
    }
    var reached = network.values.map { _ in false }
    reached[loss.index] = true
    for node in network.nodes.reversed() where reached[node.result.index] {
      for operand in node.operands where requires[operand.index] {
        reached[operand.index] = true
      }
    }
    hasGradient = reached
  }

  /// For each operand of `node`: whether its gradient is to be computed.
  func wanted(by node: Network.Node) -> [Bool] { node.operands.map { hasGradient[$0.index] } }
}

/// Why a network cannot be planned.
public enum PlanError: Error, Equatable {
  /// The loss depends on no parameter.
  case brokenGraph
  /// An order in which a step cannot run.
  case order(String)
  /// The loss has more than one element.
  case lossIsNoScalar(Shape)
  /// An in-place node overwrites a value that the backward of another needs.
  case overwrittenTensor(by: Network.Mention, neededBy: Network.Mention)
  /// A kernel cannot be made.
  case kernel(node: String, KernelError)
  /// The arena cannot be had.
  case outOfMemory(bytes: Int)
}
