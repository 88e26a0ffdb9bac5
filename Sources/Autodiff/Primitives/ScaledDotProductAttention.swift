/// Each place of a sequence takes a mean of values, weighed by how well their keys fit its query.
///
///     s = q kᵀ / √d        p = softmax(s) along keys        y = p v
///
/// for each sample and each of h heads, with d = D/h. The operand has q, k and v side by side,
/// `[N, T, 3D]`, and a head has d neighbouring columns of each. Where it is causal, s is -∞ where the
/// key comes after the query. Backward, with ε = Σ ∂y ∘ y along d:
///
///     ∂v = pᵀ ∂y        ∂s = p ∘ (∂y vᵀ - ε)        ∂q = ∂s k / √d        ∂k = ∂sᵀ q / √d
///
/// p is never kept: it is computed again, a block of queries at a time, from log Σ eˢ of each query.
/// In bfloat16 a head at a time is widened into a cache, and computed there in single precision.
/// Vaswani and others (2017), arXiv:1706.03762; Dao and others, "FlashAttention" (2022),
/// arXiv:2205.14135; `torch.nn.functional.scaled_dot_product_attention`.
public struct ScaledDotProductAttention: Primitive {
  public static let name = "ScaledDotProductAttention"

  public var rule: Rule {
    Rule(
      "y = p v, p = softmax(q kᵀ / √d)\(isCausal ? ", key ≤ query" : "")",
      backward: "∂v = pᵀ ∂y, ∂s = p (∂y vᵀ - Σ ∂y y), ∂q = ∂s k / √d, ∂k = ∂sᵀ q / √d")
  }

  /// h.
  public let heads: Int
  /// Whether a query sees only keys that do not come after it.
  public let isCausal: Bool

  /// Queries that are worked on at a time.
  static let blockSize = 32

  /// The operand is `[N, T, 3D]`: q, k and v.
  public init(heads: Int, isCausal: Bool = false) {
    self.heads = heads
    self.isCausal = isCausal
  }

  public func bfloat16Operands(_ operands: [Shape], _ result: Shape) -> [Bool]? { [true] }

  /// q, k, v, y and log Σ eˢ.
  public func saved(of operands: [Shape], result: Shape, wanted: [Bool]) -> Saved {
    Saved(
      operands: [0], result: true,
      extras: [[operands[0].sizes[0], heads, operands[0].sizes[1]]])
  }
}

// MARK: - Shapes and cost

extension ScaledDotProductAttention {
  public func resultShape(of operands: [Shape]) throws(ShapeError) -> Shape {
    let x = operands[0]
    guard x.rank == 3, x.width % 3 == 0 else {
      throw ShapeError(
        Self.name, "an input of shape \(x) is no batch of queries, keys, values [batch, time, 3 D]")
    }
    guard heads > 0, (x.width / 3) % heads == 0 else {
      throw ShapeError(Self.name, "\(x.width / 3) features cannot be shared by \(heads) heads")
    }
    return [x.sizes[0], x.sizes[1], x.width / 3]
  }

  public func cost(of operands: [Shape], result: Shape, wanted: [Bool]) -> Cost {
    let sizes = AttentionSizes(operands[0], heads: heads, isCausal: isCausal)
    // Of each pair of a query and a key: products, and what the softmax does.
    return Cost(
      forward: Cost.product(sizes.items, sizes.pairs, 2 * 2 * sizes.width + 5),
      backward: Cost.product(sizes.items, sizes.pairs, 5 * 2 * sizes.width + 8))
  }
}
