/// A tensor as a kernel sees it.
public struct Operand: Equatable, Sendable {
  /// Its bytes in the arena.
  public var tensor: TensorID
  /// Its sizes.
  public var shape: Shape
  /// In which order its elements stand.
  public var layout = ChannelLayout.plain
  /// What its elements are.
  public var type = ElementType.float32
}

/// Where a primitive's forward stands in a plan.
public struct ForwardSite {
  /// Makes kernels.
  public let kernels: KernelFactory
  /// What it takes.
  public let operands: [Operand]
  /// What it writes.
  public let result: Operand
  /// What it keeps for backward beside the result, as `Saved.extras` asked for.
  public let extras: [Operand]
}

/// A gradient to be computed.
public struct GradientTarget: Equatable, Sendable {
  /// Where it goes.
  public var operand: Operand
  /// Whether other gradients have come before, so that this one is added.
  public var accumulates: Bool
}

/// Where a primitive's backward stands in a plan.
public struct BackwardSite {
  /// Makes kernels.
  public let kernels: KernelFactory
  /// The operands of forward; the bytes of those that `Saved` does not name may be gone.
  public let operands: [Operand]
  /// The result of forward; its bytes may be gone if `Saved` does not name it.
  public let result: Operand
  /// What forward kept.
  public let extras: [Operand]
  /// The upstream gradient: ∂L/∂result.
  public let upstream: Operand
  /// For each operand, where its gradient goes; nil where nobody wants it.
  public let targets: [GradientTarget?]
  /// For what goes through time: where the root mean square of ∂L/∂state goes, for each time step.
  public var timeNorms: Operand?
}

extension BackwardSite {
  /// Where the gradients of the first `count` operands go, from a kernel that computes all of them in
  /// one pass and only writes.
  ///
  /// What nobody wants goes to a temporary; what must be added goes through one, by the kernels of
  /// `additions`.
  func destinations(
    count: Int
  ) throws(KernelError) -> (gradients: [TensorID], additions: [Kernel]) {
    var additions: [Kernel] = []
    var gradients: [TensorID] = []
    for (operand, target) in zip(operands, targets).prefix(count) {
      if let target, !target.accumulates {
        gradients.append(target.operand.tensor)
      } else {
        let form = target?.operand ?? operand
        let part = kernels.temporary(operand.shape, form.layout, form.type)
        gradients.append(part.tensor)
        if let target {
          additions += try kernels.combine(.sum, target.operand, part, into: target.operand)
        }
      }
    }
    return (gradients, additions)
  }
}
