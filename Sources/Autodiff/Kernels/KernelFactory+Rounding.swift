/// How numbers of products and activations are kept.
public enum Precision: String, Sendable {
  /// IEEE single precision throughout.
  case float32 = "fp32"
  /// Products take and give bfloat16, sums and weights are kept in single precision.
  case bfloat16 = "bf16"
}

extension Float {
  /// The nearest bfloat16, the even one of two; NaN stays NaN.
  ///
  /// A bfloat16 is the upper half of a Float.
  var roundedToBFloat16: Float {
    guard !isNaN else { return self }
    let bits = bitPattern
    return Float(bitPattern: (bits &+ 0x7FFF &+ (bits >> 16 & 1)) & 0xFFFF_0000)
  }
}

extension KernelFactory {
  /// y = x, each element rounded to bfloat16; x and y may be the same.
  func round(_ x: Operand, into y: TensorID) -> Kernel {
    var result = x
    result.tensor = y
    return pointwise("round", x.tensor, into: result) { _ in
      { stretch, from, to in
        var index = 0
        while index + 8 <= stretch.count {
          let rounded = Float.lanes(at: from + index).bitsRoundedToBFloat16
          UnsafeMutableRawPointer(to + index).storeBytes(of: rounded, as: SIMD8<UInt32>.self)
          index += 8
        }
        while index < stretch.count {
          to[index] = from[index].roundedToBFloat16
          index += 1
        }
      }
    }
  }
}
