/// How often durations of about the same length came.
///
/// A bucket is a 32nd of an octave wide, and a quantile is the middle of a bucket: it is off by at
/// most 1.6 %. Durations below 64 ns are exact. Memory is four bytes for each bucket between
/// the shortest and the longest.
public struct DurationHistogram: Equatable, Sendable {
  /// Durations added so far.
  public private(set) var count: UInt64 = 0
  /// The bucket of the first of `counts`.
  private var lowest = 0
  private var counts: [UInt32] = []

  /// No durations.
  public init() {}

  /// Adds a duration in nanoseconds, in O(1) amortized.
  public mutating func add(_ duration: UInt64) {
    let bucket = Self.bucket(of: duration)
    reach(bucket)
    counts[bucket - lowest] &+= 1
    count &+= 1
  }

  /// Adds a duration that came `number` times.
  mutating func add(_ duration: UInt64, times number: UInt32) {
    let bucket = Self.bucket(of: duration)
    reach(bucket)
    counts[bucket - lowest] &+= number
    count &+= UInt64(number)
  }

  /// Adds the durations of `other`.
  public mutating func add(_ other: Self) {
    for (offset, number) in other.counts.enumerated() where number > 0 {
      reach(other.lowest + offset)
      counts[other.lowest + offset - lowest] &+= number
    }
    count &+= other.count
  }

  /// The duration in nanoseconds that a fraction of `quantile` does not exceed; nil without any.
  public func quantile(_ quantile: Double) -> UInt64? {
    guard count > 0 else { return nil }
    let rank = max(1, (quantile * Double(count)).rounded(.up))
    var seen: UInt64 = 0
    for (offset, number) in counts.enumerated() {
      seen += UInt64(number)
      if Double(seen) >= rank { return Self.middle(of: lowest + offset) }
    }
    return Self.middle(of: lowest + counts.count - 1)
  }

  private mutating func reach(_ bucket: Int) {
    if counts.isEmpty { lowest = bucket }
    if bucket < lowest {
      counts.insert(contentsOf: repeatElement(0, count: lowest - bucket), at: 0)
      lowest = bucket
    }
    while bucket - lowest >= counts.count { counts.append(0) }
  }

  /// Below 64 the duration itself; above, 32 for each octave.
  private static func bucket(of duration: UInt64) -> Int {
    guard duration >= 64 else { return Int(duration) }
    let shift = 58 - duration.leadingZeroBitCount
    return shift * 32 + Int(duration >> UInt64(shift))
  }

  private static func middle(of bucket: Int) -> UInt64 {
    guard bucket >= 64 else { return UInt64(bucket) }
    let shift = UInt64(bucket / 32 - 1)
    return UInt64(bucket % 32 + 32) << shift + (1 << shift) / 2
  }
}
