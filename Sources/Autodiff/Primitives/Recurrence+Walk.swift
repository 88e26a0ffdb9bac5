/// The way back through time, from the last step to the first.
///
/// At each step ∂h_t is what came from step t + 1 plus what comes from the output; a layer's own rule
/// turns it into gradients of the gates, and their product with W_hh is what goes on to step t - 1.
struct WalkBack {
  /// A part of what goes on to the step before: rows of gradients of gates, times rows of W_hh.
  struct Term {
    /// `[T, N, stride]`, of which the first `columns` count.
    let gradients: TensorID
    let stride: Int
    let columns: Int
    /// Which row of W_hh the first of them belongs to.
    let weightRow: Int
  }

  /// What a layer does with ∂h_t of one sample: `position` is t · N + sample.
  typealias RowRule = (
    _ position: Int, _ sample: Int, _ t: Int, _ dh: UnsafeMutablePointer<Float>
  ) -> Void

  let site: BackwardSite
  let sizes: RecurrentSizes
  let unrolling: Unrolling
  let terms: [Term]
  /// Whether the rule leaves in ∂h_t what goes on by itself, beside the terms.
  var leavesCarry = false

  /// The walk, and the norms of ∂h_t where they are wanted.
  ///
  /// - Parameters:
  ///   - reads: What the rule reads, beside the gradients.
  ///   - writes: What it writes: the terms' gradients among it.
  func kernels(
    _ name: String, reads: [TensorID], writes: [TensorID],
    rule: @escaping (Addresses) -> RowRule
  ) -> [Kernel] {
    let kernels = site.kernels
    let threads = kernels.threads(flops: sizes.recurrentFlops, batch: sizes.batch)
    let carry = kernels.temporary([sizes.batch, sizes.hidden]).tensor
    let parts = kernels.temporary([threads, sizes.steps]).tensor
    let (weight, upstream) = (site.operands[2].tensor, site.upstream.tensor)
    let kernel = kernels.shared(
      name, batch: sizes.batch, threads: threads, reads: reads + [weight, upstream],
      writes: writes + [carry, parts]
    ) { addresses in
      walk(
        rule(addresses), addresses, carry: addresses.floats(carry),
        norms: addresses.floats(parts))
    }
    guard let norms = site.timeNorms else { return [kernel] }
    return [
      kernel,
      kernels.rootMeanSquares(
        parts, parts: threads, steps: sizes.steps, count: sizes.batch * sizes.hidden,
        into: norms.tensor),
    ]
  }

  private func walk(
    _ rule: @escaping RowRule, _ addresses: Addresses, carry: UnsafeMutablePointer<Float>,
    norms: UnsafeMutablePointer<Float>
  ) -> (Range<Int>, Int) -> Void {
    let (sizes, unrolling, leavesCarry) = (sizes, unrolling, leavesCarry)
    let (hidden, steps, batch) = (sizes.hidden, sizes.steps, sizes.batch)
    let dy = RecurrentRows(
      elements: addresses.floats(site.upstream.tensor), sizes: sizes,
      isSequence: unrolling.returnsSequence)
    let weight = addresses.floats(site.operands[2].tensor)
    let factors = terms.map { (term: $0, elements: addresses.floats($0.gradients)) }
    return { samples, part in
      let mine = carry + samples.lowerBound * hidden
      mine.update(repeating: 0, count: samples.count * hidden)
      for t in stride(from: steps - 1, through: 0, by: -1) {
        var squares = 0.0
        for sample in samples {
          let dh = carry + sample * hidden
          squares += Self.add(dy.row(sample, t), to: dh, count: hidden)
          rule(t * batch + sample, sample, t, dh)
        }
        norms[part * steps + t] = Float(squares.squareRoot())
        if unrolling.isCut(before: t) {
          mine.update(repeating: 0, count: samples.count * hidden)
          continue
        }
        for (index, factor) in factors.enumerated() {
          let product = SmallProduct(
            m: samples.count, n: hidden, k: factor.term.columns,
            accumulates: leavesCarry || index > 0)
          let row = t * batch + samples.lowerBound
          product(
            SmallProduct.Factor(
              factor.elements + row * factor.term.stride, stride: factor.term.stride),
            SmallProduct.Factor(weight + factor.term.weightRow * hidden, stride: hidden),
            into: mine, stride: hidden)
        }
      }
    }
  }

  /// y += x; returns Σ y².
  @inline(__always)
  private static func add(
    _ x: UnsafeMutablePointer<Float>?, to y: UnsafeMutablePointer<Float>, count: Int
  ) -> Double {
    var sum = Lanes.zero
    Lanes.forEach(in: count) { at, lanes in
      var total = Lanes(at: y + at, count: lanes)
      if let x {
        total += Lanes(at: x + at, count: lanes)
        total.store(at: y + at, count: lanes)
      }
      sum += total * total
    }
    let squares = Double(sum.sum())
    return squares > 0x1p-80 ? squares : smallSquares(y, count: count)
  }

  /// Σ y² of a gradient that has nearly vanished, whose squares a Float cannot hold.
  private static func smallSquares(_ y: UnsafeMutablePointer<Float>, count: Int) -> Double {
    var sum = Lanes.zero
    Lanes.forEach(in: count) { at, lanes in
      let scaled = Lanes(at: y + at, count: lanes) * 0x1p60
      sum += scaled * scaled
    }
    return Double(sum.sum()) * 0x1p-120
  }
}
