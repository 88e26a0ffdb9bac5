/// A number as tensors store it; loops compute in Float.
protocol StoredNumber {
  /// The eight at `pointer`.
  static func lanes(at pointer: UnsafePointer<Self>) -> SIMD8<Float>

  /// Its value.
  var number: Float { get }
}

extension StoredNumber {
  /// The numbers at `pointer`, 0 behind the first `count`.
  @inline(__always)
  static func lanes(at pointer: UnsafePointer<Self>, count: Int) -> SIMD8<Float> {
    if count == 8 { return lanes(at: pointer) }
    var result = SIMD8<Float>.zero
    for lane in 0..<count { result[lane] = pointer[lane].number }
    return result
  }
}

extension Float: StoredNumber {
  @inline(__always)
  static func lanes(at pointer: UnsafePointer<Float>) -> SIMD8<Float> {
    UnsafeRawPointer(pointer).loadUnaligned(as: SIMD8<Float>.self)
  }

  @inline(__always)
  var number: Float { self }
}

/// The upper half of a Float: its sign, its exponent and seven digits.
struct BFloat16: StoredNumber {
  var bits: UInt16

  @inline(__always)
  static func lanes(at pointer: UnsafePointer<BFloat16>) -> SIMD8<Float> {
    let halves = UnsafeRawPointer(pointer).loadUnaligned(as: SIMD8<UInt16>.self)
    return unsafeBitCast(SIMD8<UInt32>(truncatingIfNeeded: halves) &<< 16, to: SIMD8<Float>.self)
  }

  @inline(__always)
  var number: Float { Float(bitPattern: UInt32(bits) << 16) }
}
