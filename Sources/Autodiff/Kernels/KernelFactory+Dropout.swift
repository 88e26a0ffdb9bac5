extension KernelFactory {
  /// y = x / (1 - p) with probability 1 - p, else 0 (+ y); in evaluation y = x.
  func mask(
    _ x: TensorID, probability: Double, stream: UInt32, into target: GradientTarget
  ) -> Kernel {
    let (y, accumulates) = (target.operand, target.accumulates)
    let scale = probability < 1 ? Float(1 / (1 - probability)) : 0
    let threshold = UInt32(exactly: (probability * 0x1p32).rounded()) ?? .max
    let scaleBits = SIMD8<UInt32>(repeating: scale.bitPattern)
    return pointwise("dropout", x, into: y, grain: DropoutWords.count, weight: 4) { situation in
      { stretch, x, y in
        let count = stretch.count
        if situation.pointee.purpose == .evaluation {
          for i in 0..<count { y[i] = accumulates ? y[i] + x[i] : x[i] }
          return
        }
        let words = DropoutWords(situation.pointee, stream: stream)
        let group = stretch.lowerBound / DropoutWords.count
        for start in stride(from: 0, to: count, by: DropoutWords.count) {
          let words = words[group + start / DropoutWords.count]
          for part in 0..<4 {
            let factors = unsafeBitCast(
              DropoutWords.areKept(words[part], threshold) & scaleBits, to: Lanes.self)
            let first = start + 8 * part
            let lanes = min(8, count - first)
            guard lanes > 0 else { break }
            var kept = Lanes(at: x + first, count: lanes) * factors
            if accumulates { kept += Lanes(at: y + first, count: lanes) }
            kept.store(at: y + first, count: lanes)
          }
        }
      }
    }
  }
}

/// The random words of one dropout in one pass: 32 for each group of 32 elements.
///
/// Element 32 g + 8 j + l has word j of Philox's block 8 g + l, so that eight blocks are computed side
/// by side.
struct DropoutWords {
  /// Elements of a group.
  static let count = 32

  private let counter: SIMD4<UInt32>
  private let key: SIMD2<UInt32>

  init(_ situation: StepSituation, stream: UInt32) {
    counter = SIMD4(
      0, UInt32(truncatingIfNeeded: situation.step), UInt32(truncatingIfNeeded: situation.micro),
      stream)
    let seed = situation.seed
    key = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
  }

  /// All bits where a word is at least `threshold`, no bit elsewhere: what a subtraction would borrow,
  /// since Swift compares lanes of whole numbers one by one.
  @inline(__always)
  static func areKept(_ words: SIMD8<UInt32>, _ threshold: UInt32) -> SIMD8<UInt32> {
    let limit = SIMD8<UInt32>(repeating: threshold)
    let borrowed = ((~words & limit) | ((~words | limit) & (words &- limit))) &>> 31
    return borrowed &- 1
  }

  /// Words 0 to 3 of eight blocks.
  subscript(group: Int) -> [4 of SIMD8<UInt32>] {
    let first = UInt32(truncatingIfNeeded: 8 * group)
    return Philox.words(
      [
        SIMD8(0, 1, 2, 3, 4, 5, 6, 7) &+ first, SIMD8(repeating: counter.y),
        SIMD8(repeating: counter.z), SIMD8(repeating: counter.w),
      ], key: key)
  }
}
