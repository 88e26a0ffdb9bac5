/// The gated recurrent unit: a state that gates overwrite in part.
///
///     r = σ(a_r)    z = σ(a_z)    q = W_hn h_{t-1} + b_hn    n = tanh(W_in x_t + b_in + r ∘ q)
///     h_t = (1 - z) ∘ n + z ∘ h_{t-1}
///
/// with a = W_ih x_t + b_ih + W_hh h_{t-1} + b_hh for the blocks r and z, in the order r, z, n. Going
/// back in time, with ∂h what has arrived from the output and from step t + 1:
///
///     ∂a_n = ∂h (1 - z) (1 - n²)        ∂q = ∂a_n r
///     ∂a_r = ∂a_n q r (1 - r)           ∂a_z = ∂h (h_{t-1} - n) z (1 - z)
///     ∂h_{t-1} += ∂h z + W_hhᵀ [∂a_r, ∂a_z, ∂q]
///
/// and weights and biases as in `RNN`, with ∂q in the place of ∂a_n for W_hh and b_hh. Cho and others
/// (2014), arXiv:1406.1078, with the reset behind the product as in cuDNN; `torch.nn.GRU`.
public struct GRU: GatedRecurrence {
  public static let name = "GRU"

  public var rule: Rule {
    Rule(
      "h = (1 - z) n + z h', n = tanh(W_in x + b_in + r (W_hn h' + b_hn)); "
        + "r, z = σ(W_ih x + b_ih + W_hh h' + b_hh)",
      backward: "∂n = ∂h (1 - z), ∂z = ∂h (h' - n), ∂h' += ∂h z + ∂a W_hh, ∂x = ∂a W_ih, "
        + "∂W_ih = Σ ∂aᵀ x, ∂W_hh = Σ ∂aᵀ h', ∂b = Σ ∂a")
  }

  public let unrolling: Unrolling

  /// Operands are x, W_ih, W_hh and, with biases, b_ih and b_hh.
  public init(unrolling: Unrolling = Unrolling()) { self.unrolling = unrolling }

  static let gates = 3
  static let costPerUnit = Cost(forward: 19, backward: 19)
  static let lastGateHasOwnBias = true
}

// MARK: - Forward

extension GRU {
  func steps(_ site: ForwardSite, _ weight: TensorID) -> Kernel {
    let sizes = RecurrentSizes(site.operands)
    let (states, gates, inner) =
      (site.extras[0].tensor, site.extras[2].tensor, site.extras[3].tensor)
    let (output, bias) = (site.result.tensor, sizes.hasBias ? site.operands[4].tensor : nil)
    return site.kernels.shared(
      Self.name, batch: sizes.batch,
      threads: site.kernels.threads(flops: sizes.recurrentFlops, batch: sizes.batch),
      reads: [weight, gates] + (bias.map { [$0] } ?? []), writes: [states, gates, inner, output]
    ) { addresses in
      let (h, q) = (addresses.floats(states), addresses.floats(inner))
      let (a, w) = (addresses.floats(gates), addresses.floats(weight))
      let y = rows(addresses, output, sizes)
      let (hidden, width, batch) = (sizes.hidden, sizes.width, sizes.batch)
      let shift = bias.map { addresses.floats($0) + 2 * hidden }
      return { samples, _ in
        let outer = SmallProduct(m: samples.count, n: 2 * hidden, k: hidden, accumulates: true)
        let reset = SmallProduct(m: samples.count, n: hidden, k: hidden, accumulates: true)
        for t in 0..<sizes.steps {
          let first = t * batch + samples.lowerBound
          for row in first..<first + samples.count {
            if let shift {
              (q + row * hidden).update(from: shift, count: hidden)
            } else {
              (q + row * hidden).update(repeating: 0, count: hidden)
            }
          }
          if t > 0 {
            let state = SmallProduct.Factor(h + (first - batch) * hidden, stride: hidden)
            outer(
              state, SmallProduct.Factor(w, stride: width), into: a + first * width, stride: width)
            reset(
              state, SmallProduct.Factor(w + 2 * hidden, stride: width), into: q + first * hidden,
              stride: hidden)
          }
          for sample in samples {
            let row = t * batch + sample
            let state = h + row * hidden
            Self.cell(
              gates: a + row * width, inner: q + row * hidden,
              before: t > 0 ? h + (row - batch) * hidden : nil, state: state, count: hidden)
            y.row(sample, t)?.update(from: state, count: hidden)
          }
        }
      }
    }
  }

  /// One sample at one time step: the gates are put where their arguments were.
  private static func cell(
    gates: UnsafeMutablePointer<Float>, inner: UnsafeMutablePointer<Float>,
    before: UnsafeMutablePointer<Float>?, state: UnsafeMutablePointer<Float>, count: Int
  ) {
    Lanes.forEach(in: count) { at, lanes in
      let place = gates + at
      let r = logistic(Lanes(at: place, count: lanes))
      let z = logistic(Lanes(at: place + count, count: lanes))
      let q = Lanes(at: inner + at, count: lanes)
      let n = hyperbolicTangent(Lanes(at: place + 2 * count, count: lanes) + r * q)
      let old = before.map { Lanes(at: $0 + at, count: lanes) } ?? .zero
      r.store(at: place, count: lanes)
      z.store(at: place + count, count: lanes)
      n.store(at: place + 2 * count, count: lanes)
      ((1 - z) * n + z * old).store(at: state + at, count: lanes)
    }
  }
}

// MARK: - Backward

extension GRU {
  public func backward(_ site: BackwardSite) throws(KernelError) -> [Kernel] {
    let sizes = RecurrentSizes(site.operands)
    let (states, inputs) = (site.extras[0].tensor, site.extras[1].tensor)
    let (gates, inner) = (site.extras[2].tensor, site.extras[3].tensor)
    let (hidden, width, batch) = (sizes.hidden, sizes.width, sizes.batch)
    let walk = WalkBack(
      site: site, sizes: sizes, unrolling: unrolling,
      terms: [
        WalkBack.Term(gradients: gates, stride: width, columns: 2 * hidden, weightRow: 0),
        WalkBack.Term(gradients: inner, stride: hidden, columns: hidden, weightRow: 2 * hidden),
      ], leavesCarry: true)
    // Gradients take the places of the gates and of q, which nobody needs any more.
    let steps = walk.kernels(
      Self.name + " backward", reads: [gates, inner, states], writes: [gates, inner]
    ) { addresses in
      let (a, q) = (addresses.floats(gates), addresses.floats(inner))
      let h = addresses.floats(states)
      return { position, _, t, dh in
        Self.slope(
          gates: a + position * width, inner: q + position * hidden,
          before: t > 0 ? h + (position - batch) * hidden : nil, dh: dh, count: hidden)
      }
    }
    return try steps
      + recurrentGradient(
        site, of: gates, stride: width, states: states, part: 0..<2 * hidden)
      + recurrentGradient(
        site, of: inner, stride: hidden, states: states, part: 2 * hidden..<width)
      + biases(site, sizes) + inputGradients(site, of: gates, kept: inputs)
  }

  /// One sample at one time step: gates and q become their gradients, ∂h what goes on along z.
  private static func slope(
    gates: UnsafeMutablePointer<Float>, inner: UnsafeMutablePointer<Float>,
    before: UnsafeMutablePointer<Float>?, dh: UnsafeMutablePointer<Float>, count: Int
  ) {
    Lanes.forEach(in: count) { at, lanes in
      let place = gates + at
      let r = Lanes(at: place, count: lanes)
      let z = Lanes(at: place + count, count: lanes)
      let n = Lanes(at: place + 2 * count, count: lanes)
      let q = Lanes(at: inner + at, count: lanes)
      let old = before.map { Lanes(at: $0 + at, count: lanes) } ?? .zero
      let dH = Lanes(at: dh + at, count: lanes)
      let dN = dH * (1 - z) * (1 - n * n)
      (dN * q * r * (1 - r)).store(at: place, count: lanes)
      (dH * (old - n) * z * (1 - z)).store(at: place + count, count: lanes)
      dN.store(at: place + 2 * count, count: lanes)
      (dN * r).store(at: inner + at, count: lanes)
      (dH * z).store(at: dh + at, count: lanes)
    }
  }

  /// ∂b_ih = Σ ∂a, and ∂b_hh the same but for the last block, which is Σ ∂q.
  private func biases(_ site: BackwardSite, _ sizes: RecurrentSizes) -> [Kernel] {
    guard sizes.hasBias else { return [] }
    let (gates, inner) = (site.extras[2].tensor, site.extras[3].tensor)
    let kernels = site.kernels
    var made: [Kernel] = []
    if let target = site.targets[3] {
      made.append(
        kernels.sumOfRows(gates, rows: sizes.rows, width: sizes.width, into: target))
    }
    guard let target = site.targets[4] else { return made }
    let (all, last) = (
      kernels.temporary([sizes.width]), kernels.temporary([sizes.hidden])
    )
    made.append(
      kernels.sumOfRows(
        gates, rows: sizes.rows, width: sizes.width,
        into: GradientTarget(operand: all, accumulates: false)))
    made.append(
      kernels.sumOfRows(
        inner, rows: sizes.rows, width: sizes.hidden,
        into: GradientTarget(operand: last, accumulates: false)))
    made.append(join(all.tensor, last.tensor, sizes, into: target))
    return made
  }

  private func join(
    _ all: TensorID, _ last: TensorID, _ sizes: RecurrentSizes, into target: GradientTarget
  ) -> Kernel {
    let (common, width) = (sizes.width - sizes.hidden, sizes.width)
    let (bias, accumulates) = (target.operand.tensor, target.accumulates)
    return Kernel("biases backward", reads: [all, last], writes: [bias]) {
      addresses throws(KernelError) in
      let (all, last) = (addresses.floats(all), addresses.floats(last))
      let b = addresses.floats(bias)
      return {
        for i in 0..<width {
          let sum = i < common ? all[i] : last[i - common]
          b[i] = accumulates ? b[i] + sum : sum
        }
      }
    }
  }
}
