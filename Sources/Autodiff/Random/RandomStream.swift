import Glibc

/// A stream of random numbers that depends on a seed and a name alone, so that adding a layer does
/// not change how another one starts.
public struct RandomStream: Sendable {
  private let key: SIMD2<UInt32>
  private let name: UInt64
  private var counter: UInt64 = 0
  private var words = SIMD4<UInt32>()
  private var used = 4

  /// The stream called `name` under `seed`.
  public init(seed: UInt64, name: String) {
    key = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    self.name = Self.number(of: name)
  }

  /// A number that stands for `name`: its FNV-1a hash, stable unlike the standard library's.
  public static func number(of name: String) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return hash
  }

  /// 32 random bits.
  public mutating func next() -> UInt32 {
    if used == 4 {
      words = Philox.words(
        SIMD4(
          UInt32(truncatingIfNeeded: counter), UInt32(truncatingIfNeeded: counter >> 32),
          UInt32(truncatingIfNeeded: name), UInt32(truncatingIfNeeded: name >> 32)),
        key: key)
      counter &+= 1
      used = 0
    }
    used += 1
    return words[used - 1]
  }

  /// Uniform in [0, 1), with 24 random bits.
  public mutating func unit() -> Float { Float(next() >> 8) * 0x1p-24 }

  /// Uniform in [`low`, `high`).
  public mutating func uniform(_ low: Float, _ high: Float) -> Float {
    low + (high - low) * unit()
  }

  /// Normal with mean 0 and standard deviation 1, by Box and Muller's transformation.
  public mutating func normal() -> Float {
    // In (0, 1], so that the logarithm is finite.
    let u = 1 - Double(unit())
    let angle = 2 * Double.pi * Double(unit())
    return Float((-2 * log(u)).squareRoot() * cos(angle))
  }

  /// Uniform in 0..<`bound`, each equally likely.
  public mutating func index(below bound: Int) -> Int {
    let bound = UInt32(bound)
    // Lemire's method: reject the few values that would favour small results.
    let threshold = (0 &- bound) % bound
    while true {
      let product = UInt64(next()) * UInt64(bound)
      if UInt32(truncatingIfNeeded: product) >= threshold { return Int(product >> 32) }
    }
  }

  /// Puts `items` in random order (Fisher and Yates).
  public mutating func shuffle(_ items: UnsafeMutableBufferPointer<Int32>) {
    guard items.count > 1 else { return }
    for last in stride(from: items.count - 1, to: 0, by: -1) {
      items.swapAt(last, index(below: last + 1))
    }
  }
}
