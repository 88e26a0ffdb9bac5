/// The negative log-probability of the right class, where the softmax of the logits are the
/// probabilities, averaged (or summed) over rows.
///
///     p = softmax(z)        L = -1/N Σ over rows of log p[t]        ∂z = ∂L · (p - onehot(t)) / N
///
/// Classes are the last dimension of z. Backward goes through the kept log-probabilities, so that
/// nothing underflows. Bishop, "Pattern Recognition and Machine Learning" (2006), section 4.3.4;
/// `torch.nn.CrossEntropyLoss`.
public struct CrossEntropyLoss: Primitive {
  public static let name = "CrossEntropyLoss"

  public var rule: Rule {
    Rule("L = -log softmax(z)[t]", backward: "∂z = ∂L · (softmax(z) - onehot(t)) / N")
  }

  /// Whether the sum over rows is divided by their number.
  public let averages: Bool

  /// Operands are the logits `[…, C]` and the classes `[…]`.
  public init(averages: Bool = true) { self.averages = averages }

  public func saved(of operands: [Shape], result: Shape, wanted: [Bool]) -> Saved {
    Saved(operands: [1], extras: [operands[0]])
  }
}

// MARK: - Shapes and cost

extension CrossEntropyLoss {
  public func resultShape(of operands: [Shape]) throws(ShapeError) -> Shape {
    let (logits, classes) = (operands[0], operands[1])
    guard logits.rank >= 1, logits.width >= 1, Shape(logits.sizes.dropLast().map { $0 }) == classes
    else {
      throw ShapeError(
        Self.name, "logits of shape \(logits) do not fit classes of shape \(classes)")
    }
    return []
  }

  public func cost(of operands: [Shape], result: Shape, wanted: [Bool]) -> Cost {
    Cost(forward: 5 * operands[0].elementCount, backward: 4 * operands[0].elementCount)
  }
}

// MARK: - Forward

extension CrossEntropyLoss {
  public func forward(_ site: ForwardSite) throws(KernelError) -> [Kernel] {
    let (logits, logarithms) = (site.operands[0], site.extras[0])
    return try site.kernels.normalize(.logSoftmax, logits, into: logarithms)
      + [pick(logarithms, classes: site.operands[1].tensor, into: site.result.tensor)]
  }

  /// The loss, and how many rows have the right class on top.
  private func pick(_ logarithms: Operand, classes: TensorID, into loss: TensorID) -> Kernel {
    let (rows, width) = (logarithms.shape.rows, logarithms.shape.width)
    let averages = averages
    return Kernel("cross entropy", reads: [logarithms.tensor, classes], writes: [loss]) {
      addresses throws(KernelError) in
      let (logP, t) = (addresses.floats(logarithms.tensor), addresses.integers(classes))
      let (loss, readings) = (addresses.floats(loss), addresses.readings)
      return {
        let counted = min(rows, readings.pointee.countedRows ?? rows)
        var (sum, correct) = (0.0, 0)
        for row in 0..<counted {
          let line = logP + row * width
          let target = Int(t[row])
          let right = line[target]
          sum -= Double(right)
          // The first of the largest is the prediction, as in argmax.
          var isTop = right.isFinite
          for i in 0..<width where line[i] > right || (line[i] == right && i < target) {
            isTop = false
          }
          correct += isTop ? 1 : 0
        }
        loss[0] = Float(averages ? sum / Double(counted) : sum)
        readings.pointee.correct += correct
        readings.pointee.judged += counted
      }
    }
  }
}

// MARK: - Backward

extension CrossEntropyLoss {
  public func backward(_ site: BackwardSite) throws(KernelError) -> [Kernel] {
    guard let target = site.targets[0] else { return [] }
    let logarithms = site.extras[0]
    let (rows, width) = (logarithms.shape.rows, logarithms.shape.width)
    let part = site.kernels.temporary(logarithms.shape)
    let (classes, dLoss) = (site.operands[1].tensor, site.upstream.tensor)
    let scale: Float = averages ? -1 / Float(rows) : -1
    let seed = Kernel("cross entropy backward", reads: [classes, dLoss], writes: [part.tensor]) {
      addresses throws(KernelError) in
      let (g, t) = (addresses.floats(part.tensor), addresses.integers(classes))
      let dLoss = addresses.floats(dLoss)
      return {
        g.update(repeating: 0, count: rows * width)
        for row in 0..<rows { g[row * width + Int(t[row])] = scale * dLoss[0] }
      }
    }
    return [seed]
      + (try site.kernels.accumulating(into: target) { operand throws(KernelError) in
        try site.kernels.normalizeBackward(
          .logSoftmax, logarithms, upstream: part, into: operand)
      })
  }
}
