/// The negative logarithm of the right class's probability, averaged (or summed) over rows.
///
///     L = -1/N Σ over rows of x[t]        ∂x[t] = -∂L / N, 0 elsewhere
///
/// with x the log-probabilities; classes are the last dimension. `torch.nn.NLLLoss`.
public struct NLLLoss: Primitive {
  public static let name = "NLLLoss"

  public var rule: Rule { Rule("L = -1/N Σ x[t]", backward: "∂x[t] = -∂L / N, 0 elsewhere") }

  /// Whether the sum over rows is divided by their number.
  public let averages: Bool

  /// Operands are the log-probabilities `[…, C]` and the classes `[…]`.
  public init(averages: Bool = true) { self.averages = averages }

  public func saved(of operands: [Shape], result: Shape, wanted: [Bool]) -> Saved {
    Saved(operands: [1])
  }

  public func resultShape(of operands: [Shape]) throws(ShapeError) -> Shape {
    try classShape(operands, Self.name, "log-probabilities")
  }

  public func cost(of operands: [Shape], result: Shape, wanted: [Bool]) -> Cost {
    Cost(forward: operands[1].elementCount, backward: operands[1].elementCount)
  }

  public func forward(_ site: ForwardSite) throws(KernelError) -> [Kernel] {
    [
      site.kernels.negativeLogLikelihood(
        of: site.operands[0], classes: site.operands[1].tensor, averages: averages,
        into: site.result.tensor)
    ]
  }

  public func backward(_ site: BackwardSite) throws(KernelError) -> [Kernel] {
    guard let target = site.targets[0] else { return [] }
    let (dx, classes, dLoss) =
      (target.operand, site.operands[1].tensor, site.upstream.tensor)
    let (rows, width) = (dx.shape.rows, dx.shape.width)
    let scale: Float = averages ? -1 / Float(rows) : -1
    let accumulates = target.accumulates
    return [
      Kernel(Self.name + " backward", reads: [classes, dLoss], writes: [dx.tensor]) {
        addresses throws(KernelError) in
        let (dx, t) = (addresses.floats(dx.tensor), addresses.integers(classes))
        let dLoss = addresses.floats(dLoss)
        return {
          if !accumulates { dx.update(repeating: 0, count: rows * width) }
          for row in 0..<rows { dx[row * width + Int(t[row])] += scale * dLoss[0] }
        }
      }
    ]
  }
}

/// The shape of a loss over rows of classes, the last dimension.
func classShape(
  _ operands: [Shape], _ name: String, _ what: String
) throws(ShapeError) -> Shape {
  let (rows, classes) = (operands[0], operands[1])
  let given = rows.sizes.dropLast()
  // A list of classes also fits samples of one time step.
  let isList =
    classes.rank == 1 && given.first == classes.sizes[0]
    && given.dropFirst().allSatisfy { $0 == 1 }
  guard rows.rank >= 1, rows.width >= 1, Array(given) == classes.sizes || isList else {
    throw ShapeError(name, "\(what) of shape \(rows) do not fit classes of shape \(classes)")
  }
  return []
}

extension KernelFactory {
  /// L = -Σ ((1 - ε) x[t] + ε mean(x)) over rows, over N where it averages; counts the rows whose
  /// class is on top.
  ///
  /// - Parameter smoothing: ε.
  func negativeLogLikelihood(
    of x: Operand, classes: TensorID, averages: Bool, smoothing: Float = 0, into loss: TensorID
  ) -> Kernel {
    let (rows, width) = (x.shape.rows, x.shape.width)
    return Kernel("negative log likelihood", reads: [x.tensor, classes], writes: [loss]) {
      addresses throws(KernelError) in
      let (x, t) = (addresses.floats(x.tensor), addresses.integers(classes))
      let (loss, readings) = (addresses.floats(loss), addresses.readings)
      return {
        let counted = readings.pointee.counted(of: rows)
        var (sum, correct) = (0.0, 0)
        for row in 0..<counted {
          let line = x + row * width
          let target = Int(t[row])
          let right = line[target]
          sum -= Double((1 - smoothing) * right)
          if smoothing > 0 {
            var all = 0.0
            for i in 0..<width { all += Double(line[i]) }
            sum -= Double(smoothing) * all / Double(width)
          }
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
