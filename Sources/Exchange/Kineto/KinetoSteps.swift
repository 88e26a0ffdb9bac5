import TraceFormat

/// Which outermost ops make up which step of the training loop.
///
/// `ProfilerStep#N` says so where the profiler had a schedule; else a step ends with each
/// `Optimizer.step`; else where a forward op follows a backward one.
struct KinetoSteps {
  struct Part {
    var number: UInt64
    var start: Int64
    var end: Int64
    var units: Range<Int>
  }

  private(set) var parts: [Part] = []

  init(_ units: KinetoUnits) {
    let marks = units.marks.isEmpty ? Self.marks(units.units) : units.marks
    var (first, last): (Int, UInt64?) = (0, nil)
    for mark in marks {
      let all = units.units
      while first < all.count, all[first].start < mark.start { first += 1 }
      var end = first
      while end < all.count, all[end].start < mark.end { end += 1 }
      guard end > first else { continue }
      let next = last.map { $0 + 1 } ?? 0
      let number = mark.number.flatMap { $0 >= next ? $0 : nil } ?? next
      parts.append(Part(number: number, start: mark.start, end: mark.end, units: first..<end))
      (first, last) = (end, number)
    }
  }

  private static func marks(_ units: [KinetoUnits.Unit]) -> [KinetoUnits.StepMark] {
    guard let first = units.first else { return [] }
    var ends = units.filter { $0.phase == .optimizer }.map { $0.start &+ $0.duration }
    if ends.isEmpty {
      var hasReversed = false
      for unit in units {
        if unit.phase == .backward { hasReversed = true }
        if unit.phase == .forward, hasReversed {
          hasReversed = false
          ends.append(unit.start)
        }
      }
      if let last = units.last { ends.append(max(last.start &+ max(last.duration, 1), last.start)) }
    }
    var start = first.start
    return ends.map { end in
      defer { start = end }
      return KinetoUnits.StepMark(start: start, end: max(start, end), number: nil)
    }
  }
}
