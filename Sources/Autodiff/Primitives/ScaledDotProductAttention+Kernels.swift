import Glibc

// MARK: - Forward

extension ScaledDotProductAttention {
  public func forward(_ site: ForwardSite) throws(KernelError) -> [Kernel] {
    let sizes = AttentionSizes(site.operands[0].shape, heads: heads, isCausal: isCausal)
    let threads = threads(sizes, site.kernels)
    let block = min(Self.blockSize, sizes.length)
    let scores = site.kernels.temporary([threads, block, sizes.length]).tensor
    let (x, y, log) = (site.operands[0].tensor, site.result.tensor, site.extras[0].tensor)
    return [
      site.kernels.shared(
        Self.name, batch: sizes.items, threads: threads, reads: [x], writes: [y, log, scores]
      ) { addresses in
        let (x, y) = (addresses.floats(x), addresses.floats(y))
        let (log, scores) = (addresses.floats(log), addresses.floats(scores))
        let blocks = sizes.blocks
        return { items, part in
          let s = scores + part * block * sizes.length
          for item in items {
            let q = x + sizes.start(of: item)
            let out = y + sizes.resultStart(of: item)
            for block in blocks {
              forward(block, sizes, q, s, log: log + item * sizes.length, into: out)
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
      let seen = sizes.keys(of: query)
      sums[query] = softmax(line, count: seen)
      (line + seen).update(repeating: 0, count: keys - seen)
    }
    let mean = SmallProduct(m: rows, n: d, k: keys)
    mean(
      SmallProduct.Factor(s, stride: keys), SmallProduct.Factor(v, stride: stride),
      into: y + block.queries.lowerBound * features, stride: features)
  }

  /// Puts e^(s - log Σ eˢ) where s was, and returns log Σ eˢ.
  private func softmax(_ s: UnsafeMutablePointer<Float>, count: Int) -> Float {
    var largest = -Float.infinity
    var highest = Lanes(repeating: -.infinity)
    Lanes.forEach(in: count) { at, lanes in
      if lanes == 8 {
        let x = Lanes(at: s + at, count: 8)
        highest.replace(with: x, where: x .> highest)
      } else {
        for lane in 0..<lanes { largest = max(largest, s[at + lane]) }
      }
    }
    for lane in 0..<8 { largest = max(largest, highest[lane]) }
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
    let block = min(Self.blockSize, sizes.length)
    let space = site.kernels.temporary([threads, 2, block, sizes.length]).tensor
    let (x, y, log) = (site.operands[0].tensor, site.result.tensor, site.extras[0].tensor)
    let dY = site.upstream.tensor
    return site.kernels.shared(
      Self.name + " backward", batch: sizes.items, threads: threads, reads: [x, y, log, dY],
      writes: [dX, space]
    ) { addresses in
      let (x, dX) = (addresses.floats(x), addresses.floats(dX))
      let (y, dY) = (addresses.floats(y), addresses.floats(dY))
      let (log, space) = (addresses.floats(log), addresses.floats(space))
      let blocks = sizes.blocks
      return { items, part in
        let p = space + part * 2 * block * sizes.length
        let dS = p + block * sizes.length
        for item in items {
          let (start, result) = (sizes.start(of: item), sizes.resultStart(of: item))
          for (index, block) in blocks.enumerated() {
            backward(
              block, sizes, q: x + start, dQ: dX + start, y: y + result, dY: dY + result,
              log: log + item * sizes.length, p: p, dS: dS, adds: index > 0)
          }
        }
      }
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
      slope(p, dS, log: sums[query], shift: shift, count: seen)
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
