import Glibc

// MARK: - Forward

extension ScaledDotProductAttention {
  public func forward(_ site: ForwardSite) throws(KernelError) -> [Kernel] {
    let sizes = AttentionSizes(site.operands[0].shape, heads: heads, isCausal: isCausal)
    let threads = threads(sizes, site.kernels)
    let isHalf = site.operands[0].type == .bfloat16
    let (operand, result) = (HeadColumns.operand(sizes), HeadColumns.result(sizes))
    let scores = min(Self.blockSize, sizes.length) * sizes.length
    let share = scores + (isHalf ? operand.count + result.count : 0)
    let space = site.kernels.temporary([threads, share]).tensor
    let (x, y, log) = (site.operands[0].tensor, site.result.tensor, site.extras[0].tensor)
    return [
      site.kernels.shared(
        Self.name, batch: sizes.items, threads: threads, reads: [x], writes: [y, log, space]
      ) { addresses in
        let (log, space) = (addresses.floats(log), addresses.floats(space))
        let (alone, blocks) = (sizes.alone, sizes.blocks)
        return { items, part in
          let s = space + part * share
          let (own, ownResult) = (s + scores, s + scores + operand.count)
          for item in items {
            let (start, resultStart) = (sizes.start(of: item), sizes.resultStart(of: item))
            let log = log + item * sizes.length
            if isHalf {
              operand.widen(addresses.halves(x) + start, into: own)
              for block in blocks { forward(block, alone, own, s, log: log, into: ownResult) }
              result.narrow(ownResult, into: addresses.halves(y) + resultStart)
            } else {
              let (q, y) = (addresses.floats(x) + start, addresses.floats(y) + resultStart)
              for block in blocks { forward(block, sizes, q, s, log: log, into: y) }
            }
          }
        }
      }
    ]
  }

  /// One block of queries of one head.
  private func forward(
    _ block: AttentionSizes.Block, _ sizes: AttentionSizes, _ q: UnsafeMutablePointer<Float>,
    _ s: UnsafeMutablePointer<Float>, log sums: UnsafeMutablePointer<Float>,
    into y: UnsafeMutablePointer<Float>
  ) {
    let (d, stride, features) = (sizes.width, 3 * sizes.features, sizes.features)
    let (rows, keys) = (block.queries.count, block.keys)
    let (k, v) = (q + features, q + 2 * features)
    let product = SmallProduct(m: rows, n: keys, k: d, factor: 1 / Float(d).squareRoot())
    product(
      SmallProduct.Factor(q + block.queries.lowerBound * stride, stride: stride),
      SmallProduct.Factor(k, stride: stride, isTransposed: true), into: s, stride: keys)
    for (row, query) in block.queries.enumerated() {
      let line = s + row * keys
      let (seen, whole) = (sizes.keys(of: query), sizes.lanes(of: query, of: keys))
      (line + seen).update(repeating: -.infinity, count: whole - seen)
      sums[query] = softmax(line, count: whole)
      (line + seen).update(repeating: 0, count: keys - seen)
    }
    let mean = SmallProduct(m: rows, n: d, k: keys)
    mean(
      SmallProduct.Factor(s, stride: keys), SmallProduct.Factor(v, stride: stride),
      into: y + block.queries.lowerBound * features, stride: features)
  }

  /// Puts e^(s - log Σ eˢ) where s was, and returns log Σ eˢ; -∞ adds nothing to it.
  private func softmax(_ s: UnsafeMutablePointer<Float>, count: Int) -> Float {
    let largest = LineSums.maximum(s, count: count)
    var (sum, rest) = (Lanes.zero, Float(0))
    Lanes.forEach(in: count) { at, lanes in
      let e = exponential(Lanes(at: s + at, count: lanes) - largest)
      e.store(at: s + at, count: lanes)
      if lanes == 8 { sum += e } else { for lane in 0..<lanes { rest += e[lane] } }
    }
    let total = sum.sum() + rest
    Lanes.forEach(in: count) { at, lanes in
      (Lanes(at: s + at, count: lanes) * (1 / total)).store(at: s + at, count: lanes)
    }
    return largest + log(total)
  }

  private func threads(_ sizes: AttentionSizes, _ kernels: KernelFactory) -> Int {
    kernels.threads(flops: 4 * sizes.items * sizes.pairs * sizes.width, batch: sizes.items)
  }
}

// MARK: - Backward

extension ScaledDotProductAttention {
  public func backward(_ site: BackwardSite) throws(KernelError) -> [Kernel] {
    guard let target = site.targets[0] else { return [] }
    return try site.kernels.accumulating(into: target) { operand throws(KernelError) in
      [backward(site, into: operand.tensor)]
    }
  }

  private func backward(_ site: BackwardSite, into dX: TensorID) -> Kernel {
    let sizes = AttentionSizes(site.operands[0].shape, heads: heads, isCausal: isCausal)
    let threads = threads(sizes, site.kernels)
    let isHalf = site.operands[0].type == .bfloat16
    let (operand, result) = (HeadColumns.operand(sizes), HeadColumns.result(sizes))
    let scores = min(Self.blockSize, sizes.length) * sizes.length
    let share = 2 * scores + (isHalf ? 2 * operand.count + 2 * result.count : 0)
    let space = site.kernels.temporary([threads, share]).tensor
    let (x, y, log) = (site.operands[0].tensor, site.result.tensor, site.extras[0].tensor)
    let dY = site.upstream.tensor
    return site.kernels.shared(
      Self.name + " backward", batch: sizes.items, threads: threads, reads: [x, y, log, dY],
      writes: [dX, space]
    ) { addresses in
      let (log, space) = (addresses.floats(log), addresses.floats(space))
      let (alone, blocks) = (sizes.alone, sizes.blocks)
      return { items, part in
        let p = space + part * share
        let own = p + 2 * scores
        let (ownSlope, ownResult) = (own + operand.count, own + 2 * operand.count)
        let ownUpstream = ownResult + result.count
        for item in items {
          let (start, resultStart) = (sizes.start(of: item), sizes.resultStart(of: item))
          let log = log + item * sizes.length
          if isHalf {
            operand.widen(addresses.halves(x) + start, into: own)
            result.widen(addresses.halves(y) + resultStart, into: ownResult)
            result.widen(addresses.halves(dY) + resultStart, into: ownUpstream)
            backward(
              blocks, alone, q: own, dQ: ownSlope, y: ownResult, dY: ownUpstream, log: log, p: p,
              dS: p + scores)
            operand.narrow(ownSlope, into: addresses.halves(dX) + start)
          } else {
            backward(
              blocks, sizes, q: addresses.floats(x) + start, dQ: addresses.floats(dX) + start,
              y: addresses.floats(y) + resultStart, dY: addresses.floats(dY) + resultStart,
              log: log, p: p, dS: p + scores)
          }
        }
      }
    }
  }

  /// One head.
  private func backward(
    _ blocks: [AttentionSizes.Block], _ sizes: AttentionSizes, q: UnsafeMutablePointer<Float>,
    dQ: UnsafeMutablePointer<Float>,
    y: UnsafeMutablePointer<Float>, dY: UnsafeMutablePointer<Float>,
    log: UnsafeMutablePointer<Float>, p: UnsafeMutablePointer<Float>,
    dS: UnsafeMutablePointer<Float>
  ) {
    for (index, block) in blocks.enumerated() {
      backward(
        block, sizes, q: q, dQ: dQ, y: y, dY: dY, log: log, p: p, dS: dS, adds: index > 0)
    }
  }

  /// One block of queries of one head; gradients of keys and values are added up from block to block.
  private func backward(
    _ block: AttentionSizes.Block, _ sizes: AttentionSizes, q: UnsafeMutablePointer<Float>,
    dQ: UnsafeMutablePointer<Float>, y: UnsafeMutablePointer<Float>,
    dY: UnsafeMutablePointer<Float>, log sums: UnsafeMutablePointer<Float>,
    p: UnsafeMutablePointer<Float>, dS: UnsafeMutablePointer<Float>, adds: Bool
  ) {
    let (d, stride, features) = (sizes.width, 3 * sizes.features, sizes.features)
    let (rows, keys, first) = (block.queries.count, block.keys, block.queries.lowerBound)
    let (k, v, dK, dV) = (q + features, q + 2 * features, dQ + features, dQ + 2 * features)
    let factor = 1 / Float(d).squareRoot()
    let (mine, dMine) = (q + first * stride, dY + first * features)
    let scores = SmallProduct(m: rows, n: keys, k: d, factor: factor)
    scores(
      SmallProduct.Factor(mine, stride: stride),
      SmallProduct.Factor(k, stride: stride, isTransposed: true), into: p, stride: keys)
    let dP = SmallProduct(m: rows, n: keys, k: d)
    dP(
      SmallProduct.Factor(dMine, stride: features),
      SmallProduct.Factor(v, stride: stride, isTransposed: true), into: dS, stride: keys)
    for (row, query) in block.queries.enumerated() {
      let (p, dS) = (p + row * keys, dS + row * keys)
      let seen = sizes.keys(of: query)
      var shares = Lanes.zero
      Lanes.forEach(in: d) { at, lanes in
        let place = query * features + at
        shares += Lanes(at: y + place, count: lanes) * Lanes(at: dY + place, count: lanes)
      }
      let shift = shares.sum()
      slope(p, dS, log: sums[query], shift: shift, count: sizes.lanes(of: query, of: keys))
      (p + seen).update(repeating: 0, count: keys - seen)
      (dS + seen).update(repeating: 0, count: keys - seen)
    }
    let sum = SmallProduct(m: keys, n: d, k: rows, accumulates: adds)
    sum(
      SmallProduct.Factor(p, stride: keys, isTransposed: true),
      SmallProduct.Factor(dMine, stride: features), into: dV, stride: stride)
    let keySum = SmallProduct(m: keys, n: d, k: rows, factor: factor, accumulates: adds)
    keySum(
      SmallProduct.Factor(dS, stride: keys, isTransposed: true),
      SmallProduct.Factor(mine, stride: stride), into: dK, stride: stride)
    let querySum = SmallProduct(m: rows, n: d, k: keys, factor: factor)
    querySum(
      SmallProduct.Factor(dS, stride: keys), SmallProduct.Factor(k, stride: stride),
      into: dQ + first * stride, stride: stride)
  }

  /// p = e^(s - log Σ eˢ) and ∂s = p ∘ (∂p - ε), each in its argument's place.
  private func slope(
    _ p: UnsafeMutablePointer<Float>, _ dS: UnsafeMutablePointer<Float>, log sum: Float,
    shift: Float, count: Int
  ) {
    Lanes.forEach(in: count) { at, lanes in
      let e = exponential(Lanes(at: p + at, count: lanes) - sum)
      e.store(at: p + at, count: lanes)
      (e * (Lanes(at: dS + at, count: lanes) - shift)).store(at: dS + at, count: lanes)
    }
  }
}
