/// Rows of a recurrent layer's output or of its gradient, by sample and time step.
struct RecurrentRows {
  let elements: UnsafeMutablePointer<Float>
  let sizes: RecurrentSizes
  let isSequence: Bool

  /// The row of a sample at time step `t`; nil where the layer has only the last one.
  @inline(__always)
  func row(_ sample: Int, _ t: Int) -> UnsafeMutablePointer<Float>? {
    if isSequence { return elements + (sample * sizes.steps + t) * sizes.hidden }
    return t == sizes.steps - 1 ? elements + sample * sizes.hidden : nil
  }
}

// MARK: - Forward

extension Recurrence {
  /// x in the order of time, the sum of the biases, and x W_ihᵀ + b for all time steps at once.
  func projectInputs(
    _ site: ForwardSite, kept inputs: TensorID, into gates: TensorID
  ) throws(KernelError) -> [Kernel] {
    let (sizes, kernels) = (RecurrentSizes(site.operands), site.kernels)
    var made = [
      kernels.swapRows(
        site.operands[0].tensor, first: sizes.batch, second: sizes.steps, width: sizes.inputs,
        into: inputs)
    ]
    var bias: Operand?
    if sizes.hasBias {
      let sum = kernels.temporary([sizes.width])
      made.append(addBiases(site, into: sum.tensor))
      bias = sum
    }
    let weight = Matrix(
      tensor: site.operands[1].tensor, rows: sizes.width, columns: sizes.inputs)
    made += try kernels.product(
      Matrix(tensor: inputs, rows: sizes.rows, columns: sizes.inputs), weight.transposed,
      bias: bias, into: Matrix(tensor: gates, rows: sizes.rows, columns: sizes.width))
    return made
  }

  private func addBiases(_ site: ForwardSite, into sum: TensorID) -> Kernel {
    let sizes = RecurrentSizes(site.operands)
    let (first, second) = (site.operands[3].tensor, site.operands[4].tensor)
    let count = sizes.width
    let common = Self.lastGateHasOwnBias ? count - sizes.hidden : count
    return Kernel("biases", reads: [first, second], writes: [sum]) {
      addresses throws(KernelError) in
      let (a, b) = (addresses.floats(first), addresses.floats(second))
      let sum = addresses.floats(sum)
      return {
        for i in 0..<common { sum[i] = a[i] + b[i] }
        for i in common..<count { sum[i] = a[i] }
      }
    }
  }

  /// W_hhᵀ, which the product of each time step reads faster than W_hh.
  func transposedRecurrentWeight(_ site: ForwardSite) -> (tensor: TensorID, kernel: Kernel) {
    let sizes = RecurrentSizes(site.operands)
    let tensor = site.kernels.temporary([sizes.hidden, sizes.width]).tensor
    return (
      tensor,
      site.kernels.transpose(
        site.operands[2].tensor, rows: sizes.width, columns: sizes.hidden, into: tensor)
    )
  }

  func rows(_ addresses: Addresses, _ tensor: TensorID, _ sizes: RecurrentSizes) -> RecurrentRows {
    RecurrentRows(
      elements: addresses.floats(tensor), sizes: sizes, isSequence: unrolling.returnsSequence)
  }
}

// MARK: - Backward

extension Recurrence {
  /// ∂W_ih and ∂x from the gradients of the gates, for all time steps at once.
  func inputGradients(
    _ site: BackwardSite, of gates: TensorID, kept inputs: TensorID
  ) throws(KernelError) -> [Kernel] {
    let (sizes, kernels) = (RecurrentSizes(site.operands), site.kernels)
    let dGates = Matrix(tensor: gates, rows: sizes.rows, columns: sizes.width)
    var made: [Kernel] = []
    if let target = site.targets[1] {
      made += try kernels.product(
        dGates.transposed, Matrix(tensor: inputs, rows: sizes.rows, columns: sizes.inputs),
        into: Matrix(tensor: target.operand.tensor, rows: sizes.width, columns: sizes.inputs),
        accumulates: target.accumulates)
    }
    if let target = site.targets[0] {
      let inTime = kernels.temporary(sizes.inTime(sizes.inputs)).tensor
      made += try kernels.product(
        dGates,
        Matrix(tensor: site.operands[1].tensor, rows: sizes.width, columns: sizes.inputs),
        into: Matrix(tensor: inTime, rows: sizes.rows, columns: sizes.inputs))
      made.append(
        kernels.swapRows(
          inTime, first: sizes.steps, second: sizes.batch, width: sizes.inputs,
          into: target.operand.tensor, accumulates: target.accumulates))
    }
    return made
  }

  /// Rows `part` of ∂W_hh: Σ over t ≥ 1 of ∂gᵀ h_{t-1}, where ∂g are columns of `gates`, `stride`
  /// apart from row to row.
  func recurrentGradient(
    _ site: BackwardSite, of gates: TensorID, stride: Int, states: TensorID, part: Range<Int>
  ) throws(KernelError) -> [Kernel] {
    guard let target = site.targets[2] else { return [] }
    let (sizes, kernels) = (RecurrentSizes(site.operands), site.kernels)
    let weight = target.operand
    let inner = sizes.rows - sizes.batch
    guard inner > 0 else {
      return target.accumulates || part.lowerBound > 0
        ? [] : [kernels.fill(weight.tensor, count: weight.shape.elementCount, with: 0)]
    }
    return try kernels.products(
      Matrices(
        gates, sizes: [part.count, inner], strides: [1, stride], offset: sizes.batch * stride),
      Matrices(states, sizes: [inner, sizes.hidden], strides: [sizes.hidden, 1]),
      into: Matrices(
        weight.tensor, sizes: [part.count, sizes.hidden], strides: [sizes.hidden, 1],
        offset: part.lowerBound * sizes.hidden), accumulates: target.accumulates)
  }

  /// ∂b_ih = ∂b_hh = Σ ∂g.
  func biasGradients(_ site: BackwardSite, of gates: TensorID) -> [Kernel] {
    let sizes = RecurrentSizes(site.operands)
    guard sizes.hasBias else { return [] }
    let targets = site.targets[3...4].compactMap { $0 }
    guard let first = targets.first else { return [] }
    // Where the first is overwritten it is the sum, and can be copied.
    return targets.enumerated().map { position, target in
      position > 0 && !first.accumulates
        ? site.kernels.copy(first.operand.tensor, into: target)
        : site.kernels.sumOfRows(gates, rows: sizes.rows, width: sizes.width, into: target)
    }
  }
}
