import Glibc

/// A loss that compares an output with a target of the same shape, element by element.
///
///     L = 1/n Σ l(y, t)        ∂y = ∂L/n · ∂l/∂y,  ∂t = ∂L/n · ∂l/∂t
///
/// with n = 1 for the sum.
protocol PairLoss: Primitive {
  /// Whether the sum is divided by the number of elements.
  var averages: Bool { get }

  /// Floating-point operations for one element.
  var costPerElement: Cost { get }

  /// Whether outputs above 0 mean a target above ½, so that accuracy can be told.
  var classifies: Bool { get }

  /// l(y, t).
  func value(_ y: Float, _ t: Float) -> Float

  /// ∂l/∂y and ∂l/∂t.
  func slopes(_ y: Float, _ t: Float) -> (Float, Float)
}

extension PairLoss {
  var classifies: Bool { false }

  public func saved(of operands: [Shape], result: Shape, wanted: [Bool]) -> Saved {
    Saved(operands: [0, 1])
  }

  public func resultShape(of operands: [Shape]) throws(ShapeError) -> Shape {
    guard operands[0] == operands[1] else {
      throw ShapeError(
        Self.name,
        "an output of shape \(operands[0]) does not fit targets of shape \(operands[1])")
    }
    return []
  }

  public func cost(of operands: [Shape], result: Shape, wanted: [Bool]) -> Cost {
    let count = operands[0].elementCount
    return Cost(
      forward: costPerElement.forward * count, backward: costPerElement.backward * count)
  }

  public func forward(_ site: ForwardSite) throws(KernelError) -> [Kernel] {
    let (y, t, loss) = (site.operands[0].tensor, site.operands[1].tensor, site.result.tensor)
    let count = site.operands[0].shape.elementCount
    let scale = averages ? 1 / Double(count) : 1
    let (formula, classifies) = (self, classifies)
    return [
      Kernel(Self.name, reads: [y, t], writes: [loss]) { addresses throws(KernelError) in
        let (y, t) = (addresses.floats(y), addresses.floats(t))
        let (loss, readings) = (addresses.floats(loss), addresses.readings)
        return {
          var sum = 0.0
          for i in 0..<count { sum += Double(formula.value(y[i], t[i])) }
          loss[0] = Float(sum * scale)
          guard classifies else { return }
          let counted = readings.pointee.counted(of: count)
          readings.pointee.judged += counted
          for i in 0..<counted where (y[i] > 0) == (t[i] > 0.5) { readings.pointee.correct += 1 }
        }
      }
    ]
  }

  public func backward(_ site: BackwardSite) throws(KernelError) -> [Kernel] {
    site.targets.enumerated().compactMap { position, target in
      target.map { slope(site, to: $0, position: position) }
    }
  }

  private func slope(_ site: BackwardSite, to target: GradientTarget, position: Int) -> Kernel {
    let (y, t, dLoss) = (site.operands[0].tensor, site.operands[1].tensor, site.upstream.tensor)
    let (gradient, count) = (target.operand.tensor, target.operand.shape.elementCount)
    let factor = averages ? 1 / Float(count) : 1
    let (loss, accumulates) = (self, target.accumulates)
    return Kernel(Self.name + " backward", reads: [y, t, dLoss], writes: [gradient]) {
      addresses throws(KernelError) in
      let (y, t) = (addresses.floats(y), addresses.floats(t))
      let (dLoss, gradient) = (addresses.floats(dLoss), addresses.floats(gradient))
      return {
        let scale = factor * dLoss[0]
        for i in 0..<count {
          let slopes = loss.slopes(y[i], t[i])
          let slope = scale * (position == 0 ? slopes.0 : slopes.1)
          gradient[i] = accumulates ? gradient[i] + slope : slope
        }
      }
    }
  }
}
