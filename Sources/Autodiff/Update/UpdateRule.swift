/// How an optimizer turns a gradient into a change of weights.
public protocol UpdateRule: Sendable {
  /// How many tensors of the weights' shape it keeps from step to step; at most three.
  var stateCount: Int { get }

  /// What the elements of state tensors are before the first update.
  var stateStart: Float { get }

  /// Updates the weights in place.
  func update(_ call: UpdateCall) -> UpdateSums
}

extension UpdateRule {
  /// Most begin with zeros.
  public var stateStart: Float { 0 }
}

/// One parameter at one step.
public struct UpdateCall {
  /// The weights, to be changed.
  public let weights: UnsafeMutablePointer<Float>
  /// The gradient, unclipped.
  public let gradient: UnsafePointer<Float>
  /// The first state tensor; meaningless where the rule has none.
  public let first: UnsafeMutablePointer<Float>
  /// The second state tensor; meaningless where the rule has fewer.
  public let second: UnsafeMutablePointer<Float>
  /// The third state tensor; meaningless where the rule has fewer.
  public let third: UnsafeMutablePointer<Float>
  /// Elements.
  public let count: Int
  /// The learning rate of this step.
  public let learningRate: Double
  /// Which update this is, from 1.
  public let update: Int
  /// What the gradient is multiplied by before it is used: the clip factor.
  public let gradientScale: Float
  /// The gradient's elements are held to ± this after scaling; infinite where they are not.
  public let gradientLimit: Float
}

/// Sums over a parameter's elements.
public struct UpdateSums: Equatable, Sendable {
  /// Σ g², of the gradient before clipping.
  public var gradient = 0.0
  /// Σ w², before the update.
  public var weight = 0.0
  /// Σ (w' - w)².
  public var change = 0.0
  /// NaN and Inf elements of the gradient.
  public var nonFinite = 0

  /// All zero.
  public init() {}

  mutating func add(_ other: UpdateSums) {
    gradient += other.gradient
    weight += other.weight
    change += other.change
    nonFinite += other.nonFinite
  }
}

extension UpdateCall {
  /// The part of the parameter at `range`.
  func slice(_ range: Range<Int>) -> UpdateCall {
    UpdateCall(
      weights: weights + range.lowerBound, gradient: gradient + range.lowerBound,
      first: first + range.lowerBound, second: second + range.lowerBound,
      third: third + range.lowerBound, count: range.count,
      learningRate: learningRate, update: update, gradientScale: gradientScale,
      gradientLimit: gradientLimit)
  }

  /// Eight elements at a time.
  typealias Lanes = SIMD8<Float>

  /// Runs `rule` over all elements, eight at a time, and sums what it saw.
  ///
  /// `rule` takes weights, clipped gradient and three states, changes the states and returns the new
  /// weights.
  @inline(__always)
  func forEachLane(
    states: Int, _ rule: (Lanes, Lanes, inout Lanes, inout Lanes, inout Lanes) -> Lanes
  ) -> UpdateSums {
    var sums = UpdateSums()
    let limit = Lanes(repeating: gradientLimit)
    let scale = Lanes(repeating: gradientScale)
    let isClamped = gradientLimit.isFinite
    // Float sums over short blocks, added up in Double.
    let block = 4096
    var start = 0
    while start < count {
      let end = Swift.min(start + block, count)
      var lane = LaneSums()
      var index = start
      while index + 8 <= end {
        let g = load(gradient, index)
        let w = load(weights, index)
        var m = states > 0 ? load(first, index) : .zero
        var v = states > 1 ? load(second, index) : .zero
        var u = states > 2 ? load(third, index) : .zero
        var clipped = g * scale
        if isClamped { clipped = pointwiseMax(-limit, pointwiseMin(limit, clipped)) }
        let updated = rule(w, clipped, &m, &v, &u)
        store(updated, weights, index)
        if states > 0 { store(m, first, index) }
        if states > 1 { store(v, second, index) }
        if states > 2 { store(u, third, index) }
        lane.add(g, w, updated - w)
        index += 8
      }
      // The last few elements, padded with zeros.
      if index < end {
        let lanes = end - index
        let g = load(gradient, index, lanes)
        let w = load(weights, index, lanes)
        var m = states > 0 ? load(first, index, lanes) : .zero
        var v = states > 1 ? load(second, index, lanes) : .zero
        var u = states > 2 ? load(third, index, lanes) : .zero
        var clipped = g * scale
        if isClamped { clipped = pointwiseMax(-limit, pointwiseMin(limit, clipped)) }
        let updated = rule(w, clipped, &m, &v, &u)
        for position in 0..<lanes {
          weights[index + position] = updated[position]
          if states > 0 { first[index + position] = m[position] }
          if states > 1 { second[index + position] = v[position] }
          if states > 2 { third[index + position] = u[position] }
        }
        lane.add(g, w, updated - w)
      }
      sums.gradient += Double(lane.gradient.sum())
      sums.weight += Double(lane.weight.sum())
      sums.change += Double(lane.change.sum())
      start = end
    }
    if !sums.gradient.isFinite { sums.nonFinite = countNonFinite(gradient, count: count) }
    return sums
  }

  @inline(__always)
  func load(_ pointer: UnsafePointer<Float>, _ index: Int) -> Lanes {
    UnsafeRawPointer(pointer + index).loadUnaligned(as: Lanes.self)
  }

  @inline(__always)
  func load(_ pointer: UnsafePointer<Float>, _ index: Int, _ lanes: Int) -> Lanes {
    var result = Lanes.zero
    for lane in 0..<lanes { result[lane] = pointer[index + lane] }
    return result
  }

  @inline(__always)
  func store(_ value: Lanes, _ pointer: UnsafeMutablePointer<Float>, _ index: Int) {
    UnsafeMutableRawPointer(pointer + index).storeBytes(of: value, as: Lanes.self)
  }
}

/// How many of `count` elements are NaN or Inf.
func countNonFinite(_ x: UnsafePointer<Float>, count: Int) -> Int {
  (0..<count).count { !x[$0].isFinite }
}

/// Sums of squares, eight at a time.
struct LaneSums {
  var gradient = SIMD8<Float>.zero
  var weight = SIMD8<Float>.zero
  var change = SIMD8<Float>.zero

  @inline(__always)
  mutating func add(_ g: SIMD8<Float>, _ w: SIMD8<Float>, _ c: SIMD8<Float>) {
    gradient += g * g
    weight += w * w
    change += c * c
  }
}
