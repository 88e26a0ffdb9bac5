public import TraceFormat

/// What a step would take in less memory: the plans that nothing is both smaller and faster than.
public struct MemoryFrontier: Equatable, Sendable {
  /// Memory and time of some plan.
  public struct Point: Equatable, Sendable {
    /// Bytes of the whole arena.
    public var peak: Int
    /// Nanoseconds of a step.
    public var time: Double

    /// A plan of `peak` bytes and `time` nanoseconds.
    public init(peak: Int, time: Double) { (self.peak, self.time) = (peak, time) }
  }

  /// A plan that can be chosen.
  public struct Choice: Equatable, Sendable {
    /// What it costs.
    public var point: Point
    /// What it does with each layer.
    public var layers: [PlanRecord.Layer]
    /// Live bytes after each op; empty where nobody knows.
    public var curve: [UInt64]

    /// A plan with what is to be told of it.
    public init(point: Point, layers: [PlanRecord.Layer], curve: [UInt64] = []) {
      (self.point, self.layers, self.curve) = (point, layers, curve)
    }
  }

  /// Another way of choosing, at its true peaks.
  public struct Baseline: Equatable, Sendable {
    /// What people call it.
    public var name: String
    /// From the smallest to the fastest.
    public var points: [Point]

    /// The plans of the baseline `name`.
    public init(name: String, points: [Point]) { (self.name, self.points) = (name, points) }
  }

  /// From the smallest to the fastest.
  public var choices: [Choice]
  /// Everything kept.
  public var storeAll: Point
  /// What needs the bytes of the smallest plan.
  public var wall: String
  /// Other ways of choosing.
  public var baselines: [Baseline]
  /// Whether peaks are those of packed arenas; else they are estimated.
  public var isPacked: Bool
  /// The steps that were measured.
  public var steps: UInt64

  /// A frontier with its choices in order.
  public init(
    choices: [Choice], storeAll: Point, wall: String, baselines: [Baseline] = [],
    isPacked: Bool = true, steps: UInt64 = 0
  ) {
    self.choices = choices
    self.storeAll = storeAll
    self.wall = wall
    self.baselines = baselines
    self.isPacked = isPacked
    self.steps = steps
  }
}

// MARK: - Asking

extension MemoryFrontier {
  /// The fastest choice within `budget` bytes; nil where none is so small.
  public func choice(within budget: Int) -> Int? {
    choices.lastIndex { $0.point.peak <= budget }
  }

  /// What one more megabyte (10⁶ bytes) buys at a choice, in milliseconds; 0 at the fastest.
  public func slope(at index: Int) -> Double {
    guard choices.indices.contains(index + 1) else { return 0 }
    let (here, next) = (choices[index].point, choices[index + 1].point)
    // Nanoseconds per byte are milliseconds per megabyte.
    return next.peak > here.peak ? (here.time - next.time) / Double(next.peak - here.peak) : 0
  }

  /// The choice farthest below the line between the smallest and the fastest, both axes taken for
  /// equally long: up to there memory is cheap, and beyond it dear.
  public var knee: Int? {
    guard let first = choices.first?.point, let last = choices.last?.point,
      last.peak > first.peak, first.time > last.time
    else { return nil }
    func depth(_ point: Point) -> Double {
      let x = Double(point.peak - first.peak) / Double(last.peak - first.peak)
      let y = (point.time - last.time) / (first.time - last.time)
      return 1 - x - y
    }
    let best = choices.indices.max { depth(choices[$0].point) < depth(choices[$1].point) }
    return best.flatMap { depth(choices[$0].point) > 0 ? $0 : nil }
  }
}
