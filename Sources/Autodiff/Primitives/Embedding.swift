/// Looks a row of a table up for each number of its input.
///
///     y = W[x]        ∂W[v] = Σ over all places with x = v of ∂y
///
/// with x `[…]` whole numbers from 0 to V - 1, W `[V, D]`, y `[…, D]`: a product with one-hot rows that
/// is never carried out. Rows that no x names get the gradient 0. `torch.nn.Embedding`.
public struct Embedding: Primitive {
  public static let name = "Embedding"

  public var rule: Rule { Rule("y = W[x]", backward: "∂W[v] = Σ ∂y where x = v") }

  /// Operands are x and W.
  public init() {}

  public func saved(of operands: [Shape], result: Shape, wanted: [Bool]) -> Saved {
    Saved(operands: wanted[1] ? [0] : [])
  }
}

// MARK: - Shapes and cost

extension Embedding {
  public func resultShape(of operands: [Shape]) throws(ShapeError) -> Shape {
    guard operands[1].rank == 2 else {
      throw ShapeError(
        Self.name, "a weight of shape \(operands[1]) is no table [num_embeddings, embedding_dim]")
    }
    return Shape(operands[0].sizes + [operands[1].sizes[1]])
  }

  public func cost(of operands: [Shape], result: Shape, wanted: [Bool]) -> Cost {
    Cost(forward: 0, backward: wanted[1] ? result.elementCount : 0)
  }
}

// MARK: - Forward and backward

extension Embedding {
  public func forward(_ site: ForwardSite) throws(KernelError) -> [Kernel] {
    let (x, w, y) = (site.operands[0].tensor, site.operands[1].tensor, site.result.tensor)
    let (count, width) = (site.operands[0].shape.elementCount, site.result.shape.width)
    return [
      Kernel(Self.name, reads: [x, w], writes: [y]) { addresses throws(KernelError) in
        let (x, w, y) = (addresses.floats(x), addresses.floats(w), addresses.floats(y))
        return {
          for i in 0..<count { (y + i * width).update(from: w + Int(x[i]) * width, count: width) }
        }
      }
    ]
  }

  public func backward(_ site: BackwardSite) throws(KernelError) -> [Kernel] {
    guard let target = site.targets[1] else { return [] }
    let (x, dY, dW) = (site.operands[0].tensor, site.upstream.tensor, target.operand.tensor)
    let (count, width) = (site.operands[0].shape.elementCount, site.upstream.shape.width)
    let (size, accumulates) = (target.operand.shape.elementCount, target.accumulates)
    return [
      Kernel(Self.name + " backward", reads: [x, dY], writes: [dW]) {
        addresses throws(KernelError) in
        let (x, dY, dW) = (addresses.floats(x), addresses.floats(dY), addresses.floats(dW))
        return {
          if !accumulates { dW.update(repeating: 0, count: size) }
          for i in 0..<count {
            let (from, to) = (dY + i * width, dW + Int(x[i]) * width)
            for k in 0..<width { to[k] += from[k] }
          }
        }
      }
    ]
  }
}
