/// A number as tensors store it; loops compute in Float.
protocol StoredNumber {
  /// The eight at `pointer`.
  static func lanes(at pointer: UnsafePointer<Self>) -> Lanes

  /// Its value.
  var number: Float { get }
}

extension StoredNumber {
  /// The numbers at `pointer`, 0 behind the first `count`.
  @inline(__always)
  static func lanes(at pointer: UnsafePointer<Self>, count: Int) -> Lanes {
    if count == 8 { return lanes(at: pointer) }
    var result = Lanes.zero
    for lane in 0..<count { result[lane] = pointer[lane].number }
    return result
  }

  /// Σ x² of the first `count` numbers, in Double over short blocks.
  static func sumOfSquares(_ x: UnsafePointer<Self>, count: Int) -> Double {
    var (total, start) = (0.0, 0)
    while start < count {
      let end = min(start + 4096, count)
      var sum = Lanes.zero
      var index = start
      while index < end {
        let x = lanes(at: x + index, count: min(8, end - index))
        sum += x * x
        index += 8
      }
      total += Double(sum.sum())
      start = end
    }
    return total
  }
}

extension Float: StoredNumber {
  @inline(__always)
  static func lanes(at pointer: UnsafePointer<Float>) -> Lanes {
    UnsafeRawPointer(pointer).loadUnaligned(as: Lanes.self)
  }

  @inline(__always)
  var number: Float { self }
}

/// The upper half of a Float: its sign, its exponent and seven digits.
struct BFloat16: StoredNumber {
  var bits: UInt16

  @inline(__always)
  static func lanes(at pointer: UnsafePointer<BFloat16>) -> Lanes {
    let halves = UnsafeRawPointer(pointer).loadUnaligned(as: SIMD8<UInt16>.self)
    return unsafeBitCast(SIMD8<UInt32>(truncatingIfNeeded: halves) &<< 16, to: Lanes.self)
  }

  @inline(__always)
  var number: Float { Float(bitPattern: UInt32(bits) << 16) }

  /// Puts the first `count` of `x`, rounded, at `pointer`.
  @inline(__always)
  static func store(_ x: Lanes, at pointer: UnsafeMutablePointer<BFloat16>, count: Int) {
    let halves = SIMD8<UInt16>(truncatingIfNeeded: x.bitsRoundedToBFloat16 &>> 16)
    if count == 8 {
      UnsafeMutableRawPointer(pointer).storeBytes(of: halves, as: SIMD8<UInt16>.self)
    } else {
      for lane in 0..<count { pointer[lane].bits = halves[lane] }
    }
  }
}

extension Lanes {
  /// The nearest bfloat16s, the even one of two, as bits of Float; NaN stays NaN.
  @inline(__always)
  var bitsRoundedToBFloat16: SIMD8<UInt32> {
    let (half, one) = (SIMD8<UInt32>(repeating: 0x7FFF), SIMD8<UInt32>(repeating: 1))
    let bits = unsafeBitCast(self, to: SIMD8<UInt32>.self)
    var rounded = (bits &+ half &+ ((bits &>> 16) & one)) & SIMD8<UInt32>(repeating: 0xFFFF_0000)
    rounded.replace(with: bits | 0x40_0000, where: self .!= self)
    return rounded
  }
}
