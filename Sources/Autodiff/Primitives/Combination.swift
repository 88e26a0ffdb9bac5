/// A function of two tensors, element by element, stretched to a common shape.
protocol Combination: FusesActivation {
  /// What is done with a pair of elements.
  var function: Pairwise { get }
}

extension Combination {
  public var unitDimension: UnitDimension { .inherited }

  public var layoutUse: LayoutUse { .elementwise }

  public var isPointwise: Bool { true }

  public func resultShape(of operands: [Shape]) throws(ShapeError) -> Shape {
    try broadcastShape(operands, Self.name)
  }

  public func forward(_ site: ForwardSite) throws(KernelError) -> [Kernel] {
    try combined(site, nil)
  }

  func forward(_ site: ForwardSite, _ activation: Elementwise) throws(KernelError) -> [Kernel] {
    try combined(site, activation)
  }

  private func combined(
    _ site: ForwardSite, _ activation: Elementwise?
  ) throws(KernelError) -> [Kernel] {
    try site.kernels.combineStretched(
      function, site.operands[0], site.operands[1], into: site.result, activation: activation)
  }
}
