/// Values of some consecutive steps, being collected.
struct LevelBlock {
  private(set) var count: UInt32 = 0
  private(set) var nonFinite: UInt32 = 0
  private var least: Float = 0
  private var most: Float = 0
  private var sum = 0.0

  mutating func add(_ value: Float) {
    guard count < .max else { return }
    count += 1
    guard value.isFinite else { return nonFinite += 1 }
    let isFirst = count - nonFinite == 1
    least = isFirst ? value : min(least, value)
    most = isFirst ? value : max(most, value)
    sum += Double(value)
  }

  mutating func add(_ other: Self) {
    let (total, overflows) = count.addingReportingOverflow(other.count)
    guard !overflows, other.count > 0 else { return }
    if other.count > other.nonFinite {
      let isFirst = count == nonFinite
      least = isFirst ? other.least : min(least, other.least)
      most = isFirst ? other.most : max(most, other.most)
      sum += other.sum
    }
    count = total
    nonFinite += other.nonFinite
  }

  /// Appends a row to `summary`.
  func write(to summary: inout Summary) {
    let finite = count - nonFinite
    summary.minimum.append(least)
    summary.mean.append(finite > 0 ? Float(sum / Double(finite)) : 0)
    summary.maximum.append(most)
    summary.count.append(count)
    summary.nonFinite.append(nonFinite)
  }
}
