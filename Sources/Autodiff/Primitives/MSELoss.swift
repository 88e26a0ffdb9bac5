/// The mean (or sum) of squared differences.
///
///     L = 1/n Σ (y - t)²        ∂y = ∂L · 2/n (y - t)
///
/// with n = 1 for the sum. `torch.nn.MSELoss`.
public struct MSELoss: Primitive {
  public static let name = "MSELoss"

  public var rule: Rule {
    averages
      ? Rule("L = 1/n Σ (y - t)²", backward: "∂y = ∂L · 2/n (y - t)")
      : Rule("L = Σ (y - t)²", backward: "∂y = ∂L · 2 (y - t)")
  }

  /// Whether the sum is divided by the number of elements.
  public let averages: Bool

  /// Operands are the output and the target.
  public init(averages: Bool = true) { self.averages = averages }

  public func saved(of operands: [Shape], result: Shape, wanted: [Bool]) -> Saved {
    Saved(operands: [0, 1])
  }
}

// MARK: - Shapes and cost

extension MSELoss {
  public func resultShape(of operands: [Shape]) throws(ShapeError) -> Shape {
    guard operands[0] == operands[1] else {
      throw ShapeError(
        Self.name,
        "an output of shape \(operands[0]) does not fit targets of shape \(operands[1])")
    }
    return []
  }

  public func cost(of operands: [Shape], result: Shape, wanted: [Bool]) -> Cost {
    Cost(forward: 3 * operands[0].elementCount, backward: 2 * operands[0].elementCount)
  }
}

// MARK: - Forward and backward

extension MSELoss {
  public func forward(_ site: ForwardSite) throws(KernelError) -> [Kernel] {
    let (y, t, loss) = (site.operands[0].tensor, site.operands[1].tensor, site.result.tensor)
    let count = site.operands[0].shape.elementCount
    let scale = averages ? 1 / Double(count) : 1
    return [
      Kernel("squared error", reads: [y, t], writes: [loss]) { addresses throws(KernelError) in
        let (y, t) = (addresses.floats(y), addresses.floats(t))
        let loss = addresses.floats(loss)
        return {
          var sum = 0.0
          for i in 0..<count {
            let difference = y[i] - t[i]
            sum += Double(difference * difference)
          }
          loss[0] = Float(sum * scale)
        }
      }
    ]
  }

  public func backward(_ site: BackwardSite) throws(KernelError) -> [Kernel] {
    site.targets.enumerated().compactMap { position, target in
      target.map { difference(site, to: $0, sign: position == 0 ? 1 : -1) }
    }
  }

  private func difference(_ site: BackwardSite, to target: GradientTarget, sign: Float) -> Kernel {
    let (y, t, dLoss) = (site.operands[0].tensor, site.operands[1].tensor, site.upstream.tensor)
    let (dy, count) = (target.operand.tensor, target.operand.shape.elementCount)
    let factor = sign * (averages ? 2 / Float(count) : 2)
    let accumulates = target.accumulates
    return Kernel("squared error backward", reads: [y, t, dLoss], writes: [dy]) {
      addresses throws(KernelError) in
      let (y, t) = (addresses.floats(y), addresses.floats(t))
      let (dLoss, dy) = (addresses.floats(dLoss), addresses.floats(dy))
      return {
        let scale = factor * dLoss[0]
        if accumulates {
          for i in 0..<count { dy[i] += scale * (y[i] - t[i]) }
        } else {
          for i in 0..<count { dy[i] = scale * (y[i] - t[i]) }
        }
      }
    }
  }
}
