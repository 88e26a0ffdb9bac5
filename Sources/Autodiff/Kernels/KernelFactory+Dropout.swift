extension KernelFactory {
  /// y = x / (1 - p) with probability 1 - p, else 0 (+ y); in evaluation y = x.
  func mask(
    _ x: TensorID, probability: Double, stream: UInt32, into target: GradientTarget
  ) -> Kernel {
    let (y, accumulates) = (target.operand.tensor, target.accumulates)
    let count = target.operand.shape.elementCount
    let scale = probability < 1 ? Float(1 / (1 - probability)) : 0
    let threshold = UInt32(exactly: (probability * 0x1p32).rounded()) ?? .max
    return loop(
      "dropout", reads: [x], writes: [y], count: count, grain: DropoutWords.count,
      elements: 4 * count
    ) { addresses in
      let (x, y, situation) = (addresses.floats(x), addresses.floats(y), addresses.situation)
      return { range in
        if situation.pointee.purpose == .evaluation {
          for i in range { y[i] = accumulates ? y[i] + x[i] : x[i] }
          return
        }
        let words = DropoutWords(situation.pointee, stream: stream)
        var start = range.lowerBound
        while start < range.upperBound {
          let end = min(start + DropoutWords.count, range.upperBound)
          let group = words[start / DropoutWords.count]
          for part in 0..<4 {
            let factors = SIMD8<Float>(repeating: 0).replacing(
              with: scale, where: group[part] .>= threshold)
            let first = start + 8 * part
            for lane in 0..<max(0, min(8, end - first)) {
              let kept = x[first + lane] * factors[lane]
              y[first + lane] = accumulates ? y[first + lane] + kept : kept
            }
          }
          start = end
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
