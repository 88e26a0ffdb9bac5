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
}
