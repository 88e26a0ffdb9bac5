/// Long short-term memory: a cell that gates write to, keep and read.
///
///     i, f, o = σ(a_i), σ(a_f), σ(a_o)        g = tanh(a_g)
///     c_t = f ∘ c_{t-1} + i ∘ g               h_t = o ∘ tanh(c_t)
///
/// with a = W_ih x_t + b_ih + W_hh h_{t-1} + b_hh in four blocks, in the order i, f, g, o. Going back
/// in time, with ∂h and ∂c what has arrived from the output and from step t + 1, and τ = tanh(c_t):
///
///     ∂c += ∂h ∘ o (1 - τ²)        ∂c_{t-1} = ∂c ∘ f
///     ∂a_i = ∂c g i (1 - i),  ∂a_f = ∂c c_{t-1} f (1 - f),  ∂a_g = ∂c i (1 - g²),  ∂a_o = ∂h τ o (1 - o)
///     ∂h_{t-1} += W_hhᵀ ∂a        ∂W_ih = Σ ∂a x_tᵀ,  ∂W_hh = Σ ∂a h_{t-1}ᵀ,  ∂b = Σ ∂a
///
/// The way along c has no weight on it, only f: that is why its gradient need not vanish. Hochreiter
/// and Schmidhuber (1997); Gers, Schmidhuber and Cummins (2000); `torch.nn.LSTM`.
public struct LSTM: GatedRecurrence {
  public static let name = "LSTM"

  public var rule: Rule {
    Rule(
      "c = f c' + i g, h = o tanh(c); i, f, g, o = σ, σ, tanh, σ(W_ih x + b_ih + W_hh h' + b_hh)",
      backward: "∂c += ∂h o (1 - tanh²c), ∂c' = ∂c f, ∂h' += ∂a W_hh, ∂x = ∂a W_ih, "
        + "∂W_ih = Σ ∂aᵀ x, ∂W_hh = Σ ∂aᵀ h', ∂b = Σ ∂a")
  }

  public let unrolling: Unrolling

  /// Operands are x, W_ih, W_hh and, with biases, b_ih and b_hh.
  public init(unrolling: Unrolling = Unrolling()) { self.unrolling = unrolling }

  static let gates = 4
  static let costPerUnit = Cost(forward: 30, backward: 31)
}

// MARK: - Forward

extension LSTM {
  func steps(_ site: ForwardSite, _ weight: TensorID) -> Kernel {
    let sizes = RecurrentSizes(site.operands)
    let (states, gates, cells) =
      (site.extras[0].tensor, site.extras[2].tensor, site.extras[3].tensor)
    let output = site.result.tensor
    return site.kernels.shared(
      Self.name, batch: sizes.batch,
      threads: site.kernels.threads(flops: sizes.recurrentFlops, batch: sizes.batch),
      reads: [weight, gates], writes: [states, gates, cells, output]
    ) { addresses in
      let (h, c) = (addresses.floats(states), addresses.floats(cells))
      let (a, w) = (addresses.floats(gates), addresses.floats(weight))
      let y = rows(addresses, output, sizes)
      let (hidden, width, batch) = (sizes.hidden, sizes.width, sizes.batch)
      return { samples, _ in
        let product = SmallProduct(m: samples.count, n: width, k: hidden, accumulates: true)
        for t in 0..<sizes.steps {
          let first = t * batch + samples.lowerBound
          if t > 0 {
            product(
              SmallProduct.Factor(h + (first - batch) * hidden, stride: hidden),
              SmallProduct.Factor(w, stride: width), into: a + first * width, stride: width)
          }
          for sample in samples {
            let row = t * batch + sample
            let state = h + row * hidden
            Self.cell(
              gates: a + row * width, before: t > 0 ? c + (row - batch) * hidden : nil,
              cell: c + row * hidden, state: state, count: hidden)
            y.row(sample, t)?.update(from: state, count: hidden)
          }
        }
      }
    }
  }

  /// One sample at one time step: the gates are put where their arguments were.
  private static func cell(
    gates: UnsafeMutablePointer<Float>, before: UnsafeMutablePointer<Float>?,
    cell: UnsafeMutablePointer<Float>, state: UnsafeMutablePointer<Float>, count: Int
  ) {
    Lanes.forEach(in: count) { at, lanes in
      let place = gates + at
      let i = logistic(Lanes(at: place, count: lanes))
      let f = logistic(Lanes(at: place + count, count: lanes))
      let g = hyperbolicTangent(Lanes(at: place + 2 * count, count: lanes))
      let o = logistic(Lanes(at: place + 3 * count, count: lanes))
      let old = before.map { Lanes(at: $0 + at, count: lanes) } ?? .zero
      let c = f * old + i * g
      i.store(at: place, count: lanes)
      f.store(at: place + count, count: lanes)
      g.store(at: place + 2 * count, count: lanes)
      o.store(at: place + 3 * count, count: lanes)
      c.store(at: cell + at, count: lanes)
      (o * hyperbolicTangent(c)).store(at: state + at, count: lanes)
    }
  }
}

// MARK: - Backward

extension LSTM {
  public func backward(_ site: BackwardSite) throws(KernelError) -> [Kernel] {
    let sizes = RecurrentSizes(site.operands)
    let (states, inputs) = (site.extras[0].tensor, site.extras[1].tensor)
    let (gates, cells) = (site.extras[2].tensor, site.extras[3].tensor)
    let (hidden, width, batch) = (sizes.hidden, sizes.width, sizes.batch)
    let dCells = site.kernels.temporary([batch, hidden]).tensor
    let walk = WalkBack(
      site: site, sizes: sizes, unrolling: unrolling,
      terms: [WalkBack.Term(gradients: gates, stride: width, columns: width, weightRow: 0)])
    // The gates' gradients take the place of the gates, which nobody needs any more.
    let steps = walk.kernels(
      Self.name + " backward", reads: [gates, cells], writes: [gates, dCells]
    ) { addresses in
      let (a, c) = (addresses.floats(gates), addresses.floats(cells))
      let dC = addresses.floats(dCells)
      return { [unrolling] position, sample, t, dh in
        let carry = dC + sample * hidden
        if t == sizes.steps - 1 { carry.update(repeating: 0, count: hidden) }
        Self.slope(
          gates: a + position * width, before: t > 0 ? c + (position - batch) * hidden : nil,
          cell: c + position * hidden, dh: dh, dc: carry, count: hidden)
        if unrolling.isCut(before: t) { carry.update(repeating: 0, count: hidden) }
      }
    }
    return try steps
      + recurrentGradient(site, of: gates, stride: width, states: states, part: 0..<width)
      + biasGradients(site, of: gates)
      + inputGradients(site, of: gates, kept: inputs)
  }

  /// One sample at one time step: gates become their gradients, ∂c that of the step before.
  private static func slope(
    gates: UnsafeMutablePointer<Float>, before: UnsafeMutablePointer<Float>?,
    cell: UnsafeMutablePointer<Float>, dh: UnsafeMutablePointer<Float>,
    dc: UnsafeMutablePointer<Float>, count: Int
  ) {
    Lanes.forEach(in: count) { at, lanes in
      let place = gates + at
      let i = Lanes(at: place, count: lanes)
      let f = Lanes(at: place + count, count: lanes)
      let g = Lanes(at: place + 2 * count, count: lanes)
      let o = Lanes(at: place + 3 * count, count: lanes)
      let old = before.map { Lanes(at: $0 + at, count: lanes) } ?? .zero
      let tau = hyperbolicTangent(Lanes(at: cell + at, count: lanes))
      let dH = Lanes(at: dh + at, count: lanes)
      let dC = Lanes(at: dc + at, count: lanes) + dH * o * (1 - tau * tau)
      (dC * g * i * (1 - i)).store(at: place, count: lanes)
      (dC * old * f * (1 - f)).store(at: place + count, count: lanes)
      (dC * i * (1 - g * g)).store(at: place + 2 * count, count: lanes)
      (dH * tau * o * (1 - o)).store(at: place + 3 * count, count: lanes)
      (dC * f).store(at: dc + at, count: lanes)
    }
  }
}
