extension ChainTable {
  /// Which of the two recurrences.
  enum Form { case whole, beforeSaved }

  /// A part of the chain that is left to do.
  struct Part {
    var form: Form
    var s: Int
    var t: Int
  }

  /// One line of a recurrence: own moves, and up to two parts that remain.
  struct Move {
    /// What is done, in terms of the memory model.
    enum Kind {
      /// Stages s … split-1 run, the last output is kept: C1, D1.
      case checkpoint(split: Int)
      /// ā_s is kept: C2, D2; with nothing in between the end of a chain, D0.
      case save(Int)
      /// Stages s … split run, ā of the last is kept and its input dropped: C3, D3.
      case saveAlone(split: Int)
      /// Stages s … t run and B_{t+1} is done: DX.
      case sweep
    }

    var kind: Kind
    /// Bytes that must be free for its own moves.
    var need: Int
    /// Time of its own moves.
    var time: Double
    var first: Part?
    var firstShift = 0
    var second: Part?
    var secondShift = 0
  }

  /// Calls `body` with each way of doing part (s, t).
  @inline(__always)
  func forEachMove(_ form: Form, _ s: Int, _ t: Int, _ body: (Move) -> Void) {
    switch form {
    case .whole: wholeMoves(s, t, body)
    case .beforeSaved: movesBeforeSaved(s, t, body)
    }
  }

  /// C(s, t, ·).
  @inline(__always)
  private func wholeMoves(_ s: Int, _ t: Int, _ body: (Move) -> Void) {
    let delta = costs.gradient(t)
    for (index, saving) in costs[s].savings.enumerated() {
      let forward = delta + saving.saved + saving.forwardWorkspace
      let backward =
        costs.gradient(s) + saving.saved + costs.gradient(s - 1) + saving.backwardWorkspace
        + lasting(s, t)
      var move = Move(
        kind: .save(index), need: max(forward, backward),
        time: (s == t && t < costs.count ? saving.closingTime : saving.forwardTime)
          + saving.backwardTime)
      if s < t {
        move.first = Part(form: .whole, s: s + 1, t: t)
        move.firstShift = up(saving.held)
      }
      body(move)
    }
    // The most that a sweep from s to split - 1 needs.
    var sweep = costs.output(s) + costs[s].forwardWorkspace
    for split in stride(from: s + 1, through: t, by: 1) {
      body(
        Move(
          kind: .checkpoint(split: split), need: delta + sweep,
          time: forwardTime(s, split - 1),
          first: Part(form: .whole, s: split, t: t), firstShift: up(costs.output(split - 1)),
          second: Part(form: .whole, s: s, t: split - 1),
          secondShift: up(lasting(split, t))))
      if isWeak, split < t {
        let saving = costs[split].savings[0]
        let end = costs.output(split - 1) + saving.saved + saving.forwardWorkspace
        body(
          Move(
            kind: .saveAlone(split: split), need: delta + max(sweep, end),
            time: forwardTime(s, split - 1) + saving.forwardTime,
            first: Part(form: .whole, s: split + 1, t: t), firstShift: up(saving.saved),
            second: Part(form: .beforeSaved, s: s, t: split - 1),
            secondShift: up(lasting(split + 1, t))))
      }
      sweep = max(sweep, swept(split))
    }
  }

  /// D(s, t, ·): ā_{t+1} and δ_{t+1} are there and wait for a_t.
  @inline(__always)
  private func movesBeforeSaved(_ s: Int, _ t: Int, _ body: (Move) -> Void) {
    let after = costs[t + 1].savings[0]
    let resident = costs.gradient(t + 1) + after.saved
    let delta = costs.gradient(t) + after.backwardWorkspace + after.lasting
    let leaves = up(after.lasting)
    for (index, saving) in costs[s].savings.enumerated() {
      let backward =
        costs.gradient(s) + saving.saved + costs.gradient(s - 1) + saving.backwardWorkspace
        + lasting(s, t + 1)
      var need = max(resident + saving.saved + saving.forwardWorkspace, backward)
      var move = Move(
        kind: .save(index), need: need, time: saving.forwardTime + saving.backwardTime)
      if s == t {
        need = max(need, resident + saving.saved + delta)
        move.need = need
        move.time += after.backwardTime
      } else {
        move.first = Part(form: .beforeSaved, s: s + 1, t: t)
        move.firstShift = up(saving.held)
      }
      body(move)
    }
    var sweep = costs.output(s) + costs[s].forwardWorkspace
    for split in stride(from: s + 1, through: t, by: 1) {
      body(
        Move(
          kind: .checkpoint(split: split), need: resident + sweep,
          time: forwardTime(s, split - 1),
          first: Part(form: .beforeSaved, s: split, t: t),
          firstShift: up(costs.output(split - 1)),
          second: Part(form: .whole, s: s, t: split - 1),
          secondShift: up(lasting(split, t + 1))))
      let saving = costs[split].savings[0]
      let end = costs.output(split - 1) + saving.saved + saving.forwardWorkspace
      var move = Move(
        kind: .saveAlone(split: split), need: resident + max(sweep, end),
        time: forwardTime(s, split - 1) + saving.forwardTime)
      move.second = Part(form: .beforeSaved, s: s, t: split - 1)
      if split < t {
        move.first = Part(form: .beforeSaved, s: split + 1, t: t)
        move.firstShift = up(saving.saved)
        move.secondShift = up(lasting(split + 1, t + 1))
      } else {
        move.need = max(move.need, resident + saving.saved + delta)
        move.time += after.backwardTime
        move.secondShift = leaves
      }
      body(move)
      sweep = max(sweep, swept(split))
    }
    body(
      Move(
        kind: .sweep, need: resident + max(sweep, costs.output(t) + delta),
        time: forwardTime(s, t) + after.backwardTime,
        first: Part(form: .whole, s: s, t: t), firstShift: leaves))
  }

  /// Bytes of F_j on the way, its input included.
  private func swept(_ stage: Int) -> Int {
    costs.output(stage - 1) + costs.output(stage) + costs[stage].forwardWorkspace
  }
}
