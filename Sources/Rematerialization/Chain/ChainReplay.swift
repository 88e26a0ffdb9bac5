/// Replays a schedule move by move and counts bytes and time: what a plan truly costs.
struct ChainReplay {
  private let costs: ChainCosts
  /// a_1 … a_n that stand alone.
  private var outputs: [Bool]
  /// By stage: the saving whose bytes are kept.
  private var saved: [Int?]
  /// The stage whose output has the gradient.
  private var turn: Int
  private var resident: Int
  private(set) var peak: Int
  private(set) var makespan = 0.0
  /// What the last move would have taken less, had it been for the backward of this stage alone.
  private var closing: (stage: Int, time: Double)?

  init(_ costs: ChainCosts) {
    self.costs = costs
    outputs = Array(repeating: false, count: costs.count + 1)
    saved = Array(repeating: nil, count: costs.count + 1)
    turn = costs.count
    resident = costs.input + costs.gradient(costs.count)
    peak = resident
  }

  var isDone: Bool { turn == 0 }

  mutating func run(_ action: ChainAction) throws(ScheduleError.Reason) {
    let before = closing
    closing = nil
    switch action {
    case .forward(let stage): try advance(stage)
    case .forwardDroppingInput(let stage):
      try advance(stage)
      if stage > 1 { try dropOutput(stage - 1) }
    case .forwardSaving(let stage, let saving): try save(stage, saving)
    case .backward(let stage):
      try back(stage)
      if let before, before.stage == stage { makespan -= before.time }
    case .dropOutput(let stage):
      // Backward may have freed it already.
      if stage < turn || (outputs.indices.contains(stage) && outputs[stage]) {
        try dropOutput(stage)
      }
    case .dropSaved(let stage): try dropSaved(stage)
    }
  }

  private func hasInput(of stage: Int) -> Bool {
    stage == 1 || outputs[stage - 1] || saved[stage - 1] != nil
  }

  private func check(_ stage: Int) throws(ScheduleError.Reason) {
    guard (1...costs.count).contains(stage) else { throw .unknownStage }
  }

  private mutating func advance(_ stage: Int) throws(ScheduleError.Reason) {
    try check(stage)
    guard hasInput(of: stage) else { throw .missingInput }
    guard !outputs[stage] else { throw .repeated }
    let it = costs[stage]
    peak = max(peak, resident + it.output + it.forwardWorkspace)
    outputs[stage] = true
    resident += it.output
    makespan += it.forwardTime
  }

  private mutating func save(_ stage: Int, _ index: Int) throws(ScheduleError.Reason) {
    try check(stage)
    guard costs[stage].savings.indices.contains(index) else { throw .unknownStage }
    guard hasInput(of: stage) else { throw .missingInput }
    guard saved[stage] == nil else { throw .repeated }
    let saving = costs[stage].savings[index]
    peak = max(peak, resident + saving.saved + saving.forwardWorkspace)
    saved[stage] = index
    resident += saving.held
    makespan += saving.forwardTime
    if stage < costs.count { closing = (stage, saving.forwardTime - saving.closingTime) }
  }

  private mutating func back(_ stage: Int) throws(ScheduleError.Reason) {
    try check(stage)
    guard stage == turn else { throw .wrongTurn }
    guard let index = saved[stage] else { throw .missingSaved }
    guard hasInput(of: stage) else { throw .missingInput }
    let saving = costs[stage].savings[index]
    let during =
      resident - saving.held + saving.saved + saving.backwardWorkspace + saving.lasting
      + costs.gradient(stage - 1)
    peak = max(peak, during)
    makespan += saving.backwardTime
    try dropSaved(stage)
    if outputs[stage] { try dropOutput(stage) }
    if stage > 1, outputs[stage - 1] { try dropOutput(stage - 1) }
    resident += saving.lasting + costs.gradient(stage - 1) - costs.gradient(stage)
    turn -= 1
  }

  private mutating func dropOutput(_ stage: Int) throws(ScheduleError.Reason) {
    try check(stage)
    guard outputs[stage] else { throw .nothingToDrop }
    outputs[stage] = false
    resident -= costs[stage].output
  }

  private mutating func dropSaved(_ stage: Int) throws(ScheduleError.Reason) {
    try check(stage)
    guard let index = saved[stage] else { throw .nothingToDrop }
    saved[stage] = nil
    resident -= costs[stage].savings[index].held
  }
}
