/// A level of storage for snapshots: its room, and what writing and reading one costs.
public struct StorageLevel: Equatable, Sendable {
  /// Snapshots that it holds.
  public var slots: Int
  /// Time to write one.
  public var write: Double
  /// Time to read one.
  public var read: Double

  /// A level with room for `slots` snapshots.
  public init(slots: Int, write: Double, read: Double) {
    self.slots = slots
    self.write = write
    self.read = read
  }
}

/// The least time to reverse a chain of equal steps with snapshots in several levels of storage,
/// fast ones first (Herrmann and Pallez, "H-Revolve", ACM TOMS 46, 2020).
///
/// With l+1 steps left, opt_k(m, l) is that time with m slots of level k and all of the levels below
/// it free, and kept_k(m, l) the same when the state at the start stands in level k already:
///
///     kept_k(m, l) = min( opt_{k-1}(c_{k-1}, l),  min_j  j·u_f + opt_k(m-1, l-j) + r_k + kept_k(m, j-1) )
///     opt_k(m, l)  = min( opt_{k-1}(c_{k-1}, l),  w_k + kept_k(m, l) )
///
/// The taped forward of a step is not counted.
public struct HRevolve: Sendable {
  /// Fast ones first.
  public let levels: [StorageLevel]
  /// Time of a forward step.
  public let forward: Double
  /// Time of a backward step.
  public let backward: Double

  /// - Parameter levels: At least one, the first with at least one slot.
  public init(levels: [StorageLevel], forward: Double, backward: Double) {
    precondition(levels.first.map { $0.slots > 0 } ?? false)
    self.levels = levels
    self.forward = forward
    self.backward = backward
  }

  /// The least time for a chain of `steps`.
  public func makespan(steps: Int) -> Double {
    let last = max(1, steps) - 1
    var below: [Double]?
    for (index, level) in levels.enumerated() {
      below = table(level, below: below, last, isFirst: index == 0)
    }
    return below?[last] ?? .infinity
  }

  /// opt_k(c_k, ·) from opt_{k-1}(c_{k-1}, ·).
  private func table(
    _ level: StorageLevel, below: [Double]?, _ last: Int, isFirst: Bool
  ) -> [Double] {
    // Without a slot here: all that the levels below can do.
    var fewer = below ?? Array(repeating: .infinity, count: last + 1)
    fewer[0] = backward
    for slots in stride(from: 1, through: level.slots, by: 1) {
      var (kept, opt) = ([backward], [backward])
      for l in stride(from: 1, through: last, by: 1) {
        var least = isFirst ? single(l, level) : below?[l] ?? .infinity
        if slots > 1 || !isFirst {
          for j in stride(from: 1, to: l, by: 1) {
            let time = Double(j) * forward + fewer[l - j] + level.read + kept[j - 1]
            least = min(least, time)
          }
        }
        kept.append(least)
        opt.append(min(below?[l] ?? .infinity, level.write + least))
      }
      fewer = opt
    }
    return fewer
  }

  /// From the one snapshot again and again.
  private func single(_ l: Int, _ level: StorageLevel) -> Double {
    Double(l + 1) * backward + Double(l * (l + 1) / 2) * forward + Double(l) * level.read
  }
}
