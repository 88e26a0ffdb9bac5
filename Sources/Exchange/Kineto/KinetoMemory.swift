/// How many bytes were allocated when, on the device that the network runs on.
struct KinetoMemory: Sendable {
  private let times: [Int64]
  private let totals: [UInt64]

  /// Of the GPU where there is one.
  init(_ events: KinetoEvents) {
    let device = events.allocations.map(\.device).max() ?? 0
    let order = events.allocations.enumerated().filter { $0.element.device == device }
      .sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }
    times = order.map(\.element.time)
    totals = order.map(\.element.total)
  }

  /// Bytes that are allocated at `time`; nil where the profile does not say.
  func bytes(at time: Int64) -> UInt64? {
    var (low, high) = (0, times.count)
    while low < high {
      let middle = (low + high) / 2
      if times[middle] <= time { low = middle + 1 } else { high = middle }
    }
    return low > 0 ? totals[low - 1] : nil
  }
}
