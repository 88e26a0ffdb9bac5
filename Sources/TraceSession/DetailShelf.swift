import TraceFormat

/// Details by step, the newest so many.
struct DetailShelf {
  /// Details are some kilobytes each.
  static let capacity = 8192

  /// The oldest first.
  private var steps: [(step: UInt64, details: [Detail])] = []
  private var count = 0

  /// Puts a detail to those of its step; where the step runs again, in place of those.
  mutating func add(_ detail: Detail) {
    if let last = steps.last, last.step == detail.step {
      if let row = last.details.last?.row, detail.row <= row {
        count -= last.details.count
        steps[steps.count - 1].details = []
      }
    } else {
      if let index = steps.firstIndex(where: { $0.step == detail.step }) {
        count -= steps.remove(at: index).details.count
      }
      steps.append((detail.step, []))
    }
    steps[steps.count - 1].details.append(detail)
    count += 1
    while count > Self.capacity, steps.count > 1 { count -= steps.removeFirst().details.count }
    if count > Self.capacity {
      steps[0].details.removeFirst()
      count -= 1
    }
  }

  /// Those of `step`; where it is the newest one that is done, those of a later step that is not.
  func details(at step: Int, isNewest: Bool) -> [Detail] {
    guard let wanted = UInt64(exactly: step) else { return [] }
    if isNewest, let last = steps.last, last.step > wanted { return last.details }
    return steps.last { $0.step == wanted }?.details ?? []
  }
}
