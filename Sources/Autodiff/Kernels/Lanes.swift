/// Eight numbers at a time: how the loops of our own go over rows.
typealias Lanes = SIMD8<Float>

extension Lanes {
  /// The numbers at `pointer`, 0 behind the first `count`.
  @inline(__always)
  init(at pointer: UnsafePointer<Float>, count: Int) {
    self = Float.lanes(at: pointer, count: count)
  }

  /// Puts the first `count` at `pointer`.
  @inline(__always)
  func store(at pointer: UnsafeMutablePointer<Float>, count: Int) {
    if count == 8 {
      UnsafeMutableRawPointer(pointer).storeBytes(of: self, as: Lanes.self)
    } else {
      for lane in 0..<count { pointer[lane] = self[lane] }
    }
  }

  /// Calls `body` with the start and the size, 8 or the rest, of each piece of `0..<count`.
  @inline(__always)
  static func forEach(in count: Int, _ body: (Int, Int) -> Void) {
    var start = 0
    while start + 8 <= count {
      body(start, 8)
      start += 8
    }
    if start < count { body(start, count - start) }
  }
}

// MARK: - Functions

/// eˣ, for x limited to ±87, where it neither overflows nor vanishes.
///
/// x = n ln 2 + r with |r| ≤ ½ ln 2, a polynomial for eʳ, and n added to the exponent. Reduction and
/// coefficients are those of Cephes' `expf` (S. Moshier, 1992); off by 2 units in the last place.
@inline(__always)
func exponential(_ x: Lanes) -> Lanes {
  var x = x
  x.replace(with: 87, where: x .> 87)
  x.replace(with: -87, where: x .< -87)
  // Adding 1.5 · 2²³ rounds to a whole number and leaves that in the lowest bits.
  let shifted = x * 1.442_695_04 + 12_582_912
  let n = shifted - 12_582_912
  let r = (x - n * 0.693_359_375) + n * 2.121_944_4e-4
  var p = r * 1.987_569_15e-4 + 1.398_199_95e-3
  p = p * r + 8.333_451_9e-3
  p = p * r + 4.166_579_6e-2
  p = p * r + 0.166_666_655
  p = p * r + 0.5
  p = p * r * r + r + 1
  let exponent = unsafeBitCast(shifted, to: SIMD8<Int32>.self) &<< 23
  return unsafeBitCast(unsafeBitCast(p, to: SIMD8<Int32>.self) &+ exponent, to: Lanes.self)
}

/// 1 / (1 + e⁻ˣ).
@inline(__always)
func logistic(_ x: Lanes) -> Lanes { 1 / (1 + exponential(-x)) }

/// tanh x, as the quotient of two polynomials for |x| ≤ 7.9, beyond which it is ±(1 - 2⁻²³) or nearer.
///
/// Coefficients of Eigen's `generic_fast_tanh_float`; off by a few units in the last place.
@inline(__always)
func hyperbolicTangent(_ x: Lanes) -> Lanes {
  var x = x
  x.replace(with: 7.905_311, where: x .> 7.905_311)
  x.replace(with: -7.905_311, where: x .< -7.905_311)
  let s = x * x
  var p = s * -2.760_768_5e-16 + 2.000_187_9e-13
  p = p * s - 8.604_671_5e-11
  p = p * s + 5.122_297e-8
  p = p * s + 1.485_722_4e-5
  p = p * s + 6.372_619e-4
  p = p * s + 4.893_525e-3
  var q = s * 1.198_258_4e-6 + 1.185_347_1e-4
  q = q * s + 2.268_434_6e-3
  q = q * s + 4.893_525e-3
  return x * p / q
}
