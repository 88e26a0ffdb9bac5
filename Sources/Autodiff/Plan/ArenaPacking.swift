/// A tensor's need of memory: so many bytes from the first kernel that uses it to the last.
struct Lifetime {
  var tensor: Int
  var bytes: Int
  var first: Int
  var last: Int
}

/// Offsets of tensors in one arena, so that tensors alive at the same time never overlap.
struct ArenaPacking {
  /// By tensor; 0 where a tensor has no bytes.
  private(set) var offsets: [Int]
  /// Bytes of the arena.
  private(set) var extent: Int
  /// The largest sum of live bytes: no packing can do with less.
  let lowerBound: Int

  /// Cache lines, and a vector register of the widest kind.
  static let alignment = 64

  static func aligned(_ bytes: Int) -> Int {
    (bytes + alignment - 1) / alignment * alignment
  }

  /// Packs by several heuristics and keeps the best; stops where nothing better is possible.
  init(_ lifetimes: [Lifetime], tensors: Int) {
    let lifetimes = lifetimes.filter { $0.bytes > 0 }
    lowerBound = Self.largestSum(lifetimes)
    var best: Placement?
    for heuristic in [Self.inOrderOfUse, Self.againstOrderOfUse, Self.largestFirst] {
      guard let found = heuristic(lifetimes) else { continue }
      if found.extent < best?.extent ?? .max { best = found }
      if found.extent <= lowerBound { break }
    }
    if let found = best, found.extent > lowerBound,
      let better = Self.improved(lifetimes, from: found, to: lowerBound)
    {
      best = better
    }
    offsets = Array(repeating: 0, count: tensors)
    extent = best?.extent ?? 0
    for (lifetime, offset) in zip(lifetimes, best?.offsets ?? []) {
      offsets[lifetime.tensor] = offset
    }
  }

  private static func largestSum(_ lifetimes: [Lifetime]) -> Int {
    var changes: [(time: Int, bytes: Int)] = []
    for lifetime in lifetimes {
      changes.append((lifetime.first, aligned(lifetime.bytes)))
      changes.append((lifetime.last + 1, -aligned(lifetime.bytes)))
    }
    changes.sort { ($0.time, $0.bytes) < ($1.time, $1.bytes) }
    var (live, largest) = (0, 0)
    for change in changes {
      live += change.bytes
      largest = max(largest, live)
    }
    return largest
  }
}

// MARK: - Heuristics

extension ArenaPacking {
  private typealias Placement = (offsets: [Int], extent: Int)

  /// As an allocator would at run time: the tightest gap at the moment of first use.
  private static func inOrderOfUse(_ lifetimes: [Lifetime]) -> Placement? {
    let order = lifetimes.indices.sorted { a, b in
      (lifetimes[a].first, -lifetimes[a].last) < (lifetimes[b].first, -lifetimes[b].last)
    }
    let ends = lifetimes.indices.sorted { lifetimes[$0].last < lifetimes[$1].last }
    var offsets = Array(repeating: 0, count: lifetimes.count)
    var gaps = FreeList()
    var ended = ends.startIndex
    for index in order {
      while ended < ends.endIndex, lifetimes[ends[ended]].last < lifetimes[index].first {
        let lifetime = lifetimes[ends[ended]]
        gaps.give(offset: offsets[ends[ended]], bytes: aligned(lifetime.bytes))
        ended += 1
      }
      offsets[index] = gaps.take(aligned(lifetimes[index].bytes))
    }
    return (offsets, gaps.extent)
  }

  /// The same with time reversed: what backward needs last is placed first.
  private static func againstOrderOfUse(_ lifetimes: [Lifetime]) -> Placement? {
    let end = lifetimes.map(\.last).max() ?? 0
    return inOrderOfUse(
      lifetimes.map { it in
        Lifetime(tensor: it.tensor, bytes: it.bytes, first: end - it.last, last: end - it.first)
      })
  }

  /// Lifetimes beyond which quadratic heuristics take too long.
  private static let quadraticLimit = 3000

  private static func largestFirst(_ lifetimes: [Lifetime]) -> Placement? {
    guard lifetimes.count <= quadraticLimit else { return nil }
    return placed(
      lifetimes,
      order: lifetimes.indices.sorted { a, b in
        (lifetimes[b].bytes, lifetimes[a].first) < (lifetimes[a].bytes, lifetimes[b].first)
      })
  }

  /// Starts from a packing and, again and again, places first what stood at the very end.
  private static func improved(
    _ lifetimes: [Lifetime], from start: Placement, to bound: Int
  ) -> Placement? {
    guard lifetimes.count > 1, lifetimes.count <= quadraticLimit else { return nil }
    // Quadratic, each time: as many rounds as stay below some millions of comparisons.
    let rounds = min(200, 20_000_000 / (lifetimes.count * lifetimes.count))
    var best = start
    var order = lifetimes.indices.sorted { a, b in
      (lifetimes[b].bytes, lifetimes[a].first) < (lifetimes[a].bytes, lifetimes[b].first)
    }
    for _ in 0..<rounds {
      let found = placed(lifetimes, order: order)
      if found.extent < best.extent { best = found }
      if best.extent <= bound { break }
      let highest = order.firstIndex {
        found.offsets[$0] + aligned(lifetimes[$0].bytes) == found.extent
      }
      guard let highest, highest > 0 else { break }
      order.insert(order.remove(at: highest), at: highest / 2)
    }
    return best
  }

  /// Each, in this order, at the lowest offset that is free for its whole life.
  private static func placed(_ lifetimes: [Lifetime], order: [Int]) -> Placement {
    var offsets = Array(repeating: 0, count: lifetimes.count)
    /// What is placed, by offset.
    var placed: [(offset: Int, end: Int, index: Int)] = []
    var extent = 0
    for index in order {
      let lifetime = lifetimes[index]
      let bytes = aligned(lifetime.bytes)
      var offset = 0
      for other in placed {
        let its = lifetimes[other.index]
        if its.last < lifetime.first || lifetime.last < its.first { continue }
        if other.offset >= offset + bytes { break }
        offset = max(offset, other.end)
      }
      offsets[index] = offset
      extent = max(extent, offset + bytes)
      let position = placed.firstIndex { $0.offset > offset } ?? placed.endIndex
      placed.insert((offset, offset + bytes, index), at: position)
    }
    return (offsets, extent)
  }
}

/// Gaps in an arena that grows when none is wide enough.
private struct FreeList {
  private var gaps: [(offset: Int, bytes: Int)] = []
  private(set) var extent = 0

  /// The offset of `bytes` in the tightest gap, or at the end.
  mutating func take(_ bytes: Int) -> Int {
    var best: Int?
    for (index, gap) in gaps.enumerated() where gap.bytes >= bytes {
      if best.map({ gaps[$0].bytes > gap.bytes }) ?? true { best = index }
    }
    if let best {
      let offset = gaps[best].offset
      gaps[best] = (offset + bytes, gaps[best].bytes - bytes)
      if gaps[best].bytes == 0 { gaps.remove(at: best) }
      return offset
    }
    if let last = gaps.last, last.offset + last.bytes == extent {
      gaps.removeLast()
      extent = last.offset + bytes
      return last.offset
    }
    extent += bytes
    return extent - bytes
  }

  /// Gives bytes back and merges them with their neighbours.
  mutating func give(offset: Int, bytes: Int) {
    var index = gaps.firstIndex { $0.offset > offset } ?? gaps.endIndex
    gaps.insert((offset, bytes), at: index)
    if index + 1 < gaps.endIndex, offset + bytes == gaps[index + 1].offset {
      gaps[index].bytes += gaps.remove(at: index + 1).bytes
    }
    if index > 0, gaps[index - 1].offset + gaps[index - 1].bytes == offset {
      let gap = gaps.remove(at: index)
      index -= 1
      gaps[index].bytes += gap.bytes
    }
  }
}
