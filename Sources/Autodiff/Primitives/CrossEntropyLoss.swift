/// The negative log-probability of the right class, where the softmax of the logits are the
/// probabilities, averaged (or summed) over rows.
///
///     p = softmax(z)        L = -1/N Σ over rows of Σ q log p        ∂z = ∂L · (p - q) / N
///
/// with q = (1 - ε) onehot(t) + ε/C, ε the label smoothing. Classes are the last dimension of z.
/// Backward goes through the kept log-probabilities, so that nothing underflows. Bishop, "Pattern
/// Recognition and Machine Learning" (2006), section 4.3.4; `torch.nn.CrossEntropyLoss`.
public struct CrossEntropyLoss: Primitive {
  public static let name = "CrossEntropyLoss"

  public var rule: Rule {
    Rule("L = -Σ q log softmax(z)", backward: "∂z = ∂L · (softmax(z) - q) / N")
  }

  /// Whether the sum over rows is divided by their number.
  public let averages: Bool
  /// ε.
  public let labelSmoothing: Float

  /// Operands are the logits `[…, C]` and the classes `[…]`.
  public init(averages: Bool = true, labelSmoothing: Float = 0) {
    self.averages = averages
    self.labelSmoothing = labelSmoothing
  }

  public func saved(of operands: [Shape], result: Shape, wanted: [Bool]) -> Saved {
    Saved(operands: [1], extras: [operands[0]])
  }
}

// MARK: - Shapes and cost

extension CrossEntropyLoss {
  public func resultShape(of operands: [Shape]) throws(ShapeError) -> Shape {
    try classShape(operands, Self.name, "logits")
  }

  public func cost(of operands: [Shape], result: Shape, wanted: [Bool]) -> Cost {
    Cost(forward: 5 * operands[0].elementCount, backward: 4 * operands[0].elementCount)
  }
}

// MARK: - Forward and backward

extension CrossEntropyLoss {
  public func forward(_ site: ForwardSite) throws(KernelError) -> [Kernel] {
    let (logits, logarithms) = (site.operands[0], site.extras[0])
    return try site.kernels.normalize(.logSoftmax, logits, into: logarithms)
      + [
        site.kernels.negativeLogLikelihood(
          of: logarithms, classes: site.operands[1].tensor, averages: averages,
          smoothing: labelSmoothing, into: site.result.tensor)
      ]
  }

  public func backward(_ site: BackwardSite) throws(KernelError) -> [Kernel] {
    guard let target = site.targets[0] else { return [] }
    let (logarithms, classes) = (site.extras[0], site.operands[1].tensor)
    let (rows, width) = (logarithms.shape.rows, logarithms.shape.width)
    let (slope, dLoss, accumulates) =
      (target.operand.tensor, site.upstream.tensor, target.accumulates)
    let factor: Float = averages ? 1 / Float(rows) : 1
    let (right, others) = (1 - labelSmoothing, labelSmoothing / Float(width))
    return [
      site.kernels.shared(
        "cross entropy backward", batch: rows,
        threads: max(1, min(rows, site.kernels.threads(elements: rows * width))),
        reads: [logarithms.tensor, classes, dLoss], writes: [slope]
      ) { addresses in
        let (z, t) = (addresses.floats(logarithms.tensor), addresses.integers(classes))
        let (g, dLoss) = (addresses.floats(slope), addresses.floats(dLoss))
        return { samples, _ in
          let scale = factor * dLoss[0]
          for row in samples {
            let (line, result) = (z + row * width, g + row * width)
            Lanes.forEach(in: width) { at, lanes in
              var slope = (exponential(Lanes(at: line + at, count: lanes)) - others) * scale
              if accumulates { slope += Lanes(at: result + at, count: lanes) }
              slope.store(at: result + at, count: lanes)
            }
            result[Int(t[row])] -= scale * right
          }
        }
      }
    ]
  }
}
