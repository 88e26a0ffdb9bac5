/// Gaps in the order of the file, and the steps that are missing in each, as steps before and behind
/// it tell.
public struct GapList: Sendable {
  /// A producer that drops events for days must not fill memory with the news.
  public static let limit = 10_000

  /// Of very many, the first ones.
  public private(set) var gaps: [TraceGap] = []
  private var last: UInt64?
  /// Gaps behind the last step start here.
  private var open = 0

  /// No gaps.
  public init() {}

  /// Whether the next step tells what is missing.
  public var isOpen: Bool { open < gaps.count }

  /// Notes a gap: of one that comes in pieces, as what lies behind the end does, the whole.
  public mutating func add(_ gap: TraceGap) {
    if isOpen, let known = gaps.last, known.isContinued(by: gap) {
      gaps[gaps.count - 1].bytes = known.bytes.lowerBound..<gap.bytes.upperBound
    } else if gaps.count < Self.limit {
      gaps.append(gap)
    }
  }

  /// Notes a step.
  public mutating func add(step: UInt64) {
    if isOpen {
      // What is missing before the first one is all that a run has from its beginning.
      let first = last.map { $0 &+ 1 } ?? 0
      if step > first {
        for index in open..<gaps.count where gaps[index].steps == nil {
          gaps[index].steps = first...step - 1
        }
      }
      open = gaps.count
    }
    last = step
  }

  /// Goes on behind `step`, of which nothing was told here.
  public mutating func skip(to step: UInt64) {
    last = max(last ?? 0, step)
  }
}

extension TraceGap {
  /// Whether `next` says the same of the bytes behind these.
  fileprivate func isContinued(by next: TraceGap) -> Bool {
    !bytes.isEmpty && bytes.upperBound == next.bytes.lowerBound && reason == next.reason
      && steps == next.steps && droppedEvents == 0 && next.droppedEvents == 0
  }
}
