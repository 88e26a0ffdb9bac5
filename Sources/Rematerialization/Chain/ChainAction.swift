/// One move of a schedule over a chain; stages count from 1.
public enum ChainAction: Hashable, Sendable {
  /// F_l: makes a_l and keeps its input.
  case forward(Int)
  /// F_l, after which its input is dropped.
  case forwardDroppingInput(Int)
  /// F_l that keeps ā_l, by one of the stage's savings.
  case forwardSaving(Int, saving: Int = 0)
  /// B_l: makes δ_{l-1} of δ_l; frees ā_l, a_l and a_{l-1} (for l > 1), which nobody needs any more.
  case backward(Int)
  /// Drops a_l that stands alone.
  case dropOutput(Int)
  /// Drops ā_l.
  case dropSaved(Int)
}

extension ChainAction: CustomStringConvertible {
  /// `Fck3`, `Fn3`, `Fall3`, `B3`, `dropA3`, `dropB3`; another saving than the first as `Fall3.1`.
  public var description: String {
    switch self {
    case .forward(let stage): "Fck\(stage)"
    case .forwardDroppingInput(let stage): "Fn\(stage)"
    case .forwardSaving(let stage, 0): "Fall\(stage)"
    case .forwardSaving(let stage, let saving): "Fall\(stage).\(saving)"
    case .backward(let stage): "B\(stage)"
    case .dropOutput(let stage): "dropA\(stage)"
    case .dropSaved(let stage): "dropB\(stage)"
    }
  }
}

/// A schedule with what it truly costs.
public struct ChainPlan: Equatable, Sendable {
  /// The moves, in order.
  public let schedule: [ChainAction]
  /// The sum of their times.
  public let makespan: Double
  /// The most bytes that are resident at any moment.
  public let peak: Int

  /// The plan whose moves are `schedule`, with costs found by replaying it byte for byte.
  ///
  /// - Throws: `ScheduleError` where a move is not possible.
  public init(_ schedule: [ChainAction], for costs: ChainCosts) throws(ScheduleError) {
    var replay = ChainReplay(costs)
    for (index, action) in schedule.enumerated() {
      do { try replay.run(action) } catch {
        throw ScheduleError(index: index, action: action, reason: error)
      }
    }
    guard replay.isDone else {
      throw ScheduleError(index: schedule.count, action: nil, reason: .unfinished)
    }
    self.schedule = schedule
    makespan = replay.makespan
    peak = replay.peak
  }
}

/// A schedule that cannot be run.
public struct ScheduleError: Error, Equatable {
  /// What is missing.
  public enum Reason: Error, Equatable {
    /// There is no such stage or saving.
    case unknownStage
    /// The stage's input is not there.
    case missingInput
    /// What backward needs was not kept.
    case missingSaved
    /// Backward runs from the last stage to the first.
    case wrongTurn
    /// It is there already.
    case repeated
    /// What is to be dropped is not there.
    case nothingToDrop
    /// Backward has not reached the first stage.
    case unfinished
  }

  /// Position of the move in the schedule.
  public var index: Int
  /// The move; nil at the end.
  public var action: ChainAction?
  /// Why it cannot be made.
  public var reason: Reason
}
