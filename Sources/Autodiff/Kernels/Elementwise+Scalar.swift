import Glibc

/// The functions of one number, for tensors so small that calling oneDNN takes longer than computing
/// them.
extension Elementwise {
  /// Elements below which a loop of ours is quicker than a call.
  static let tinyLimit = 64

  /// f(x).
  func value(_ x: Float) -> Float {
    switch self {
    case .relu: max(x, 0)
    case .sigmoid: 1 / (1 + Glibc.exp(-x))
    case .tanh: Glibc.tanh(x)
    case .gelu: 0.5 * x * (1 + erf(x * Self.rootOfHalf))
    case .geluTanh: 0.5 * x * (1 + Glibc.tanh(Self.inner(x)))
    case .silu: x / (1 + Glibc.exp(-x))
    case .exp: Glibc.exp(x)
    case .log: Glibc.log(x)
    case .power(let exponent): pow(x, exponent)
    case .leakyReLU(let slope): x > 0 ? x : slope * x
    case .elu(let alpha): x > 0 ? x : alpha * expm1(x)
    case .scale(let factor): factor * x
    }
  }

  /// f'(x), where `kept` is f(x) if the derivative is computed from the result, else x.
  func slope(at kept: Float) -> Float {
    switch self {
    case .relu: kept > 0 ? 1 : 0
    case .sigmoid: kept * (1 - kept)
    case .tanh: 1 - kept * kept
    case .exp: kept
    case .gelu:
      0.5 * (1 + erf(kept * Self.rootOfHalf))
        + kept * Glibc.exp(-0.5 * kept * kept) * Self.rootOfHalf / Float.pi.squareRoot()
    case .geluTanh: Self.tanhSlope(kept)
    case .silu: Self.siluSlope(kept)
    case .log: 1 / kept
    case .power(let exponent): exponent == 0 ? 0 : exponent * pow(kept, exponent - 1)
    case .leakyReLU(let slope): kept > 0 ? 1 : slope
    case .elu(let alpha):
      // From the result where α allows it, else from x.
      kept > 0 ? 1 : (usesResult ? kept + alpha : alpha * Glibc.exp(kept))
    case .scale(let factor): factor
    }
  }

  private static let rootOfHalf: Float = 0.707_106_77

  /// √(2/π) (x + 0.044715 x³), as in Hendrycks and Gimpel (2016).
  private static func inner(_ x: Float) -> Float { 0.797_884_6 * x * (1 + 0.044_715 * x * x) }

  private static func tanhSlope(_ x: Float) -> Float {
    let t = Glibc.tanh(inner(x))
    return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * 0.797_884_6 * (1 + 3 * 0.044_715 * x * x)
  }

  private static func siluSlope(_ x: Float) -> Float {
    let s = 1 / (1 + Glibc.exp(-x))
    return s * (1 + x * (1 - s))
  }
}

extension KernelFactory {
  /// Whether a loop of ours is quicker.
  func isTiny(_ x: Operand) -> Bool {
    x.type == .float32 && x.shape.elementCount <= Elementwise.tinyLimit
  }

  /// y = f(x) of a few elements.
  func tinyApply(_ function: Elementwise, to x: Operand, into y: Operand) -> Kernel {
    let count = x.shape.elementCount
    return Kernel("tiny eltwise", reads: [x.tensor], writes: [y.tensor]) {
      addresses throws(KernelError) in
      let (x, y) = (addresses.floats(x.tensor), addresses.floats(y.tensor))
      return { for i in 0..<count { y[i] = function.value(x[i]) } }
    }
  }

  /// ∂x = ∂y f'(x) (+ ∂x) of a few elements.
  func tinyDerivative(
    of function: Elementwise, at kept: Operand, to upstream: Operand, into target: GradientTarget
  ) -> Kernel {
    let (dx, count) = (target.operand.tensor, kept.shape.elementCount)
    let accumulates = target.accumulates
    return Kernel(
      "tiny eltwise backward", reads: [kept.tensor, upstream.tensor], writes: [dx]
    ) { addresses throws(KernelError) in
      let (kept, dy) = (addresses.floats(kept.tensor), addresses.floats(upstream.tensor))
      let dx = addresses.floats(dx)
      return {
        for i in 0..<count {
          let part = dy[i] * function.slope(at: kept[i])
          dx[i] = accumulates ? dx[i] + part : part
        }
      }
    }
  }
}
