/// The optimal makespan of every part of a chain at every number of memory slots.
///
/// The persistent recurrence is rotor's (Beaumont, Eyraud-Dubois, Herrmann, Joly and Shilova,
/// "Optimal checkpointing for heterogeneous chains", Inria RR-9302, 2019): C(s, t, m) is the least
/// time to bring δ_t back to δ_{s-1} with a_{s-1} resident beside m slots. The weakly persistent one
/// adds C3, in which the input of a kept ā_p is dropped and derived again, and D(s, t, m), the same
/// with ā_{t+1} and δ_{t+1} resident and counted in m.
///
/// Sizes are rounded up to slots; whether a move fits is tested with exact bytes. Gradients of
/// parameters, which a backward leaves to the end, shift m for what runs after it. O(n³ · slots).
final class ChainTable {
  let costs: ChainCosts
  /// Bytes of a slot.
  let unit: Int
  /// The largest m.
  let slots: Int
  let isWeak: Bool

  private let c: UnsafeMutablePointer<Double>
  private let d: UnsafeMutablePointer<Double>
  private let cells: Int
  /// Σ of forward times up to each stage, and of lasting bytes.
  private let time: [Double]
  private let left: [Int]

  init(_ costs: ChainCosts, unit: Int, slots: Int, isWeak: Bool) {
    self.costs = costs
    self.unit = unit
    self.slots = slots
    self.isWeak = isWeak
    let n = costs.count
    cells = n * (n + 1) / 2
    c = .allocate(capacity: cells * (slots + 1))
    c.initialize(repeating: .infinity, count: cells * (slots + 1))
    let size = isWeak ? cells * (slots + 1) : 1
    d = .allocate(capacity: size)
    d.initialize(repeating: .infinity, count: size)
    var (time, left) = ([0.0], [0])
    for stage in costs.stages {
      time.append(time[time.count - 1] + stage.forwardTime)
      left.append(left[left.count - 1] + (stage.savings.map(\.lasting).max() ?? 0))
    }
    self.time = time
    self.left = left
    fill()
  }

  deinit {
    c.deallocate()
    d.deallocate()
  }

  /// Slots that so many bytes fill.
  func up(_ bytes: Int) -> Int { (bytes + unit - 1) / unit }

  /// C(s, t, ·).
  func whole(_ s: Int, _ t: Int) -> UnsafeMutablePointer<Double> {
    c + (t * (t - 1) / 2 + s - 1) * (slots + 1)
  }

  /// D(s, t, ·).
  func beforeSaved(_ s: Int, _ t: Int) -> UnsafeMutablePointer<Double> {
    d + (t * (t - 1) / 2 + s - 1) * (slots + 1)
  }

  /// Σ of the forward times of stages s … t.
  func forwardTime(_ s: Int, _ t: Int) -> Double { t < s ? 0 : time[t] - time[s - 1] }

  /// Bytes that the backwards of stages s … t leave.
  func lasting(_ s: Int, _ t: Int) -> Int { t < s ? 0 : left[t] - left[s - 1] }

  private func fill() {
    for t in 1...costs.count {
      for s in stride(from: t, through: 1, by: -1) {
        forEachMove(.whole, s, t) { apply($0, to: whole(s, t)) }
        if isWeak, t < costs.count {
          forEachMove(.beforeSaved, s, t) { apply($0, to: beforeSaved(s, t)) }
        }
      }
    }
  }

  /// best[m] = min(best[m], the move's time with m slots), for all m that the move needs.
  private func apply(_ move: Move, to best: UnsafeMutablePointer<Double>) {
    let (first, firstShift) = (row(move.first), move.firstShift)
    let (second, secondShift) = (row(move.second), move.secondShift)
    let start = max(up(move.need), firstShift, secondShift)
    guard start <= slots else { return }
    let (own, count) = (move.time, slots + 1 - start)
    let into = best + start
    switch (first.map { $0 + start - firstShift }, second.map { $0 + start - secondShift }) {
    case (let x?, let y?):
      for m in 0..<count {
        let total = own + x[m] + y[m]
        into[m] = total < into[m] ? total : into[m]
      }
    case (let x?, nil), (nil, let x?):
      for m in 0..<count {
        let total = own + x[m]
        into[m] = total < into[m] ? total : into[m]
      }
    case (nil, nil):
      for m in 0..<count { into[m] = own < into[m] ? own : into[m] }
    }
  }

  func row(_ part: Part?) -> UnsafeMutablePointer<Double>? {
    switch part {
    case .some(let part):
      part.form == .whole ? whole(part.s, part.t) : beforeSaved(part.s, part.t)
    case nil: nil
    }
  }
}
