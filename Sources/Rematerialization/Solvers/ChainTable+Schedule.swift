extension ChainTable {
  /// The least time of the whole chain in `m` slots; infinite where it does not fit.
  func makespan(_ m: Int) -> Double { whole(1, costs.count)[min(m, slots)] }

  /// The moves that take that time; nil where the chain does not fit.
  func schedule(_ m: Int) -> [ChainAction]? {
    guard makespan(m).isFinite else { return nil }
    var actions: [ChainAction] = []
    emit(Part(form: .whole, s: 1, t: costs.count), min(m, slots), into: &actions)
    return actions
  }

  private func emit(_ part: Part, _ m: Int, into actions: inout [ChainAction]) {
    guard let move = best(part, m) else { return }
    let (s, t) = (part.s, part.t)
    let (first, second) = (m - move.firstShift, m - move.secondShift)
    switch move.kind {
    case .save(let saving):
      actions.append(.forwardSaving(s, saving: saving))
      if let inner = move.first {
        emit(inner, first, into: &actions)
      } else if part.form == .beforeSaved {
        actions.append(.backward(t + 1))
      }
      actions.append(.backward(s))
    case .checkpoint(let split):
      sweep(s, split - 1, into: &actions)
      if let inner = move.first { emit(inner, first, into: &actions) }
      if let rest = move.second { emit(rest, second, into: &actions) }
    case .saveAlone(let split):
      sweep(s, split - 1, into: &actions)
      actions += [.forwardSaving(split), .dropOutput(split - 1)]
      if let inner = move.first {
        emit(inner, first, into: &actions)
      } else {
        actions.append(.backward(t + 1))
      }
      if let rest = move.second { emit(rest, second, into: &actions) }
    case .sweep:
      sweep(s, t, into: &actions)
      actions.append(.backward(t + 1))
      if let rest = move.first { emit(rest, first, into: &actions) }
    }
  }

  /// Runs stages s … t; the input of s stays.
  private func sweep(_ s: Int, _ t: Int, into actions: inout [ChainAction]) {
    for stage in s...t {
      actions.append(stage == s ? .forward(stage) : .forwardDroppingInput(stage))
    }
  }

  /// The move that gives a part its time.
  private func best(_ part: Part, _ m: Int) -> Move? {
    var (best, least): (Move?, Double) = (nil, .infinity)
    forEachMove(part.form, part.s, part.t) { move in
      guard m >= max(up(move.need), move.firstShift, move.secondShift) else { return }
      let time =
        move.time + (row(move.first)?[m - move.firstShift] ?? 0)
        + (row(move.second)?[m - move.secondShift] ?? 0)
      if time < least { (best, least) = (move, time) }
    }
    return best
  }
}
