internal import COneDNN

extension Philox {
  /// The words of eight counters under one key: lane l of `counters` is a counter, lane l of the
  /// result its words.
  static func words(
    _ counters: [4 of SIMD8<UInt32>], key: SIMD2<UInt32>
  ) -> [4 of SIMD8<UInt32>] {
    var (x, y, z, w) = (counters[0], counters[1], counters[2], counters[3])
    var key = key
    for _ in 0..<10 {
      let a = multiply(x, 0xD251_1F53)
      let b = multiply(z, 0xCD9E_8D57)
      (x, y, z, w) = (b.high ^ y ^ key.x, b.low, a.high ^ w ^ key.y, a.low)
      key = key &+ SIMD2(0x9E37_79B9, 0xBB67_AE85)
    }
    return [x, y, z, w]
  }

  @inline(__always)
  private static func multiply(
    _ x: SIMD8<UInt32>, _ factor: UInt32
  ) -> (high: SIMD8<UInt32>, low: SIMD8<UInt32>) {
    // Two lanes are one number of 64 bits: processors multiply every other lane.
    let (pairs, lower) = (
      unsafeBitCast(x, to: SIMD4<UInt64>.self), SIMD4<UInt64>(repeating: 0xFFFF_FFFF)
    )
    let even = gradtop_multiply_halves(pairs, factor)
    let odd = gradtop_multiply_halves(pairs &>> 32, factor)
    return (
      unsafeBitCast((even &>> 32) | (odd & ~lower), to: SIMD8<UInt32>.self),
      unsafeBitCast((even & lower) | (odd &<< 32), to: SIMD8<UInt32>.self)
    )
  }
}
