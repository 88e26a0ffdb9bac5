/// Adds a learned vector for each place of a sequence.
///
///     y[n, t] = x[n, t] + W[t]        ∂x = ∂y,  ∂W[t] = Σ over n of ∂y[n, t]
///
/// with x `[…, T, D]`, W `[L, D]`, L ≥ T; places from T on get the gradient 0. Attention alone cannot
/// tell places apart. Gehring and others (2017), arXiv:1705.03122; in PyTorch
/// `x + torch.nn.Embedding(L, D)(torch.arange(T))`.
public struct PositionalEmbedding: Primitive {
  public static let name = "PositionalEmbedding"

  public var rule: Rule { Rule("y = x + W[t]", backward: "∂x = ∂y, ∂W[t] = Σ ∂y at t") }

  /// Operands are x and W.
  public init() {}

  public func saved(of operands: [Shape], result: Shape, wanted: [Bool]) -> Saved { .nothing }
}

// MARK: - Shapes and cost

extension PositionalEmbedding {
  public func resultShape(of operands: [Shape]) throws(ShapeError) -> Shape {
    let (x, weight) = (operands[0], operands[1])
    guard x.rank >= 2, weight.rank == 2, x.width == weight.width else {
      throw ShapeError(
        Self.name,
        "an input of shape \(x) does not fit a weight of shape \(weight) [max_length, features]")
    }
    guard x.sizes[x.rank - 2] <= weight.sizes[0] else {
      throw ShapeError(
        Self.name,
        "an input of shape \(x) has \(x.sizes[x.rank - 2]) places, the weight \(weight) only "
          + "\(weight.sizes[0])")
    }
    return x
  }

  public func handsOn(_ position: Int, of operands: [Shape], result: Shape) -> Bool {
    position == 0
  }

  public func cost(of operands: [Shape], result: Shape, wanted: [Bool]) -> Cost {
    Cost(forward: result.elementCount, backward: wanted[1] ? result.elementCount : 0)
  }
}

// MARK: - Forward and backward

extension PositionalEmbedding {
  public func forward(_ site: ForwardSite) throws(KernelError) -> [Kernel] {
    let (x, w, y) = (site.operands[0].tensor, site.operands[1].tensor, site.result.tensor)
    let (samples, size) = blocks(site.result.shape)
    return [
      Kernel(Self.name, reads: [x, w], writes: [y]) { addresses throws(KernelError) in
        let (x, w, y) = (addresses.floats(x), addresses.floats(w), addresses.floats(y))
        return {
          for sample in 0..<samples {
            let (from, to) = (x + sample * size, y + sample * size)
            for k in 0..<size { to[k] = from[k] + w[k] }
          }
        }
      }
    ]
  }

  public func backward(_ site: BackwardSite) throws(KernelError) -> [Kernel] {
    var kernels: [Kernel] = []
    if let target = site.targets[1] {
      let (samples, size) = blocks(site.upstream.shape)
      let dW = target.operand
      if !target.accumulates, dW.shape.elementCount > size {
        kernels.append(
          site.kernels.fill(dW.tensor, count: dW.shape.elementCount, with: 0))
      }
      kernels.append(
        site.kernels.sumOfRows(site.upstream.tensor, rows: samples, width: size, into: target))
    }
    if let target = site.targets[0] {
      kernels.append(site.kernels.copy(site.upstream.tensor, into: target))
    }
    return kernels
  }

  /// How many sequences there are, and how many elements one has.
  private func blocks(_ shape: Shape) -> (Int, Int) {
    let size = shape.sizes.suffix(2).reduce(1, *)
    return (shape.sizes.dropLast(2).reduce(1, *), size)
  }
}
