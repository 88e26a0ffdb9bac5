/// Elman's recurrent layer: the state is a function of the input and the state before.
///
///     a_t = W_ih x_t + b_ih + W_hh h_{t-1} + b_hh        h_t = f(a_t),  f = tanh or ReLU
///
/// Going back in time, with ∂h_t the sum of what comes from the output at t and from step t + 1,
///
///     ∂a_t = ∂h_t ∘ f'(a_t)        ∂h_{t-1} += W_hhᵀ ∂a_t
///     ∂W_ih = Σ ∂a_t x_tᵀ,  ∂W_hh = Σ ∂a_t h_{t-1}ᵀ,  ∂b_ih = ∂b_hh = Σ ∂a_t,  ∂x_t = W_ihᵀ ∂a_t
///
/// so that ∂h reaches the first step through a product of T Jacobians, and vanishes or explodes on
/// the way. Werbos, "Backpropagation Through Time" (1990); Pascanu, Mikolov and Bengio (2013),
/// arXiv:1211.5063; `torch.nn.RNN`.
public struct RNN: Recurrence {
  public static let name = "RNN"

  /// f.
  public enum Nonlinearity: String, CaseIterable, Sendable {
    /// The hyperbolic tangent.
    case tanh
    /// max(0, ·).
    case relu
  }

  public var rule: Rule {
    Rule(
      "h = \(nonlinearity.rawValue)(W_ih x + b_ih + W_hh h' + b_hh), h' one step earlier",
      backward: "∂a = ∂h \(nonlinearity == .tanh ? "(1 - h²)" : "[h > 0]"), ∂h' += ∂a W_hh, "
        + "∂x = ∂a W_ih, ∂W_ih = Σ ∂aᵀ x, ∂W_hh = Σ ∂aᵀ h', ∂b = Σ ∂a")
  }

  /// f.
  public let nonlinearity: Nonlinearity
  public let unrolling: Unrolling

  /// Operands are x, W_ih, W_hh and, with biases, b_ih and b_hh.
  public init(nonlinearity: Nonlinearity = .tanh, unrolling: Unrolling = Unrolling()) {
    self.nonlinearity = nonlinearity
    self.unrolling = unrolling
  }

  static let gates = 1
  static let costPerUnit = Cost(forward: 6, backward: 4)

  /// x and h in the order of time.
  public func saved(of operands: [Shape], result: Shape, wanted: [Bool]) -> Saved {
    let sizes = RecurrentSizes(operands)
    return Saved(
      operands: (wanted[0] ? [1] : []) + [2],
      extras: [sizes.inTime(sizes.hidden), sizes.inTime(sizes.inputs)])
  }
}

// MARK: - Forward

extension RNN {
  public func forward(_ site: ForwardSite) throws(KernelError) -> [Kernel] {
    let states = site.extras[0].tensor
    let recurrent = transposedRecurrentWeight(site)
    return try projectInputs(site, kept: site.extras[1].tensor, into: states)
      + [recurrent.kernel, steps(site, recurrent.tensor)]
  }

  /// h_t = f(h_t + h_{t-1} W_hhᵀ), where the projection of x_t stands in the place of h_t.
  private func steps(_ site: ForwardSite, _ weight: TensorID) -> Kernel {
    let sizes = RecurrentSizes(site.operands)
    let (states, output) = (site.extras[0].tensor, site.result.tensor)
    let threads = site.kernels.threads(flops: sizes.recurrentFlops, batch: sizes.batch)
    return site.kernels.shared(
      Self.name, batch: sizes.batch, threads: threads, reads: [weight, states],
      writes: [states, output]
    ) { addresses in
      let (h, w) = (addresses.floats(states), addresses.floats(weight))
      let y = rows(addresses, output, sizes)
      let hidden = sizes.hidden
      return { samples, _ in
        let product = SmallProduct(
          m: samples.count, n: hidden, k: hidden, accumulates: true)
        for t in 0..<sizes.steps {
          let now = h + (t * sizes.batch + samples.lowerBound) * hidden
          if t > 0 {
            product(
              SmallProduct.Factor(now - sizes.batch * hidden, stride: hidden),
              SmallProduct.Factor(w, stride: hidden), into: now, stride: hidden)
          }
          activate(now, count: samples.count * hidden)
          for (row, sample) in samples.enumerated() {
            y.row(sample, t)?.update(from: now + row * hidden, count: hidden)
          }
        }
      }
    }
  }

  private func activate(_ h: UnsafeMutablePointer<Float>, count: Int) {
    switch nonlinearity {
    case .tanh:
      Lanes.forEach(in: count) { at, lanes in
        hyperbolicTangent(Lanes(at: h + at, count: lanes)).store(at: h + at, count: lanes)
      }
    case .relu:
      Lanes.forEach(in: count) { at, lanes in
        let a = Lanes(at: h + at, count: lanes)
        a.replacing(with: 0, where: a .< 0).store(at: h + at, count: lanes)
      }
    }
  }
}

// MARK: - Backward

extension RNN {
  public func backward(_ site: BackwardSite) throws(KernelError) -> [Kernel] {
    let sizes = RecurrentSizes(site.operands)
    let (states, hidden) = (site.extras[0].tensor, sizes.hidden)
    let dA = site.kernels.temporary(sizes.inTime(hidden)).tensor
    let walk = WalkBack(
      site: site, sizes: sizes, unrolling: unrolling,
      terms: [WalkBack.Term(gradients: dA, stride: hidden, columns: hidden, weightRow: 0)])
    let steps = walk.kernels(Self.name + " backward", reads: [states], writes: [dA]) { addresses in
      let (h, dA) = (addresses.floats(states), addresses.floats(dA))
      return { position, _, _, dh in
        slope(h + position * hidden, dh, into: dA + position * hidden, count: hidden)
      }
    }
    return try steps
      + recurrentGradient(
        site, of: dA, stride: sizes.width, states: states, part: 0..<sizes.width)
      + biasGradients(site, of: dA)
      + inputGradients(site, of: dA, kept: site.extras[1].tensor)
  }

  /// ∂a = ∂h ∘ f'(a), by h = f(a).
  private func slope(
    _ h: UnsafeMutablePointer<Float>, _ dh: UnsafeMutablePointer<Float>,
    into dA: UnsafeMutablePointer<Float>, count: Int
  ) {
    switch nonlinearity {
    case .tanh:
      Lanes.forEach(in: count) { at, lanes in
        let (h, dh) = (Lanes(at: h + at, count: lanes), Lanes(at: dh + at, count: lanes))
        (dh * (1 - h * h)).store(at: dA + at, count: lanes)
      }
    case .relu:
      Lanes.forEach(in: count) { at, lanes in
        let (h, dh) = (Lanes(at: h + at, count: lanes), Lanes(at: dh + at, count: lanes))
        dh.replacing(with: 0, where: h .<= 0).store(at: dA + at, count: lanes)
      }
    }
  }
}
