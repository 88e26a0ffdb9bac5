/// How an optimizer turns a gradient into a change of weights.
public protocol UpdateRule: Sendable {
  /// How many tensors of the weights' shape it keeps from step to step; at most two.
  var stateCount: Int { get }

  /// Updates the weights in place.
  func update(_ call: UpdateCall) -> UpdateSums
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
}

extension UpdateCall {
  /// Eight elements at a time.
  public typealias Lanes = SIMD8<Float>

  /// Runs `rule` over all elements, eight at a time, and sums what it saw.
  ///
  /// `rule` takes weights, clipped gradient and both states, changes the states and returns the new
  /// weights.
  @inlinable @inline(__always)
  public func forEachLane(
    states: Int, _ rule: (Lanes, Lanes, inout Lanes, inout Lanes) -> Lanes
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
      var (gradientSum, weightSum, changeSum) = (Lanes.zero, Lanes.zero, Lanes.zero)
      var index = start
      while index < end {
        let lanes = Swift.min(8, end - index)
        let g = load(gradient, index, lanes)
        let w = load(weights, index, lanes)
        var m = states > 0 ? load(first, index, lanes) : .zero
        var v = states > 1 ? load(second, index, lanes) : .zero
        var clipped = g * scale
        if isClamped { clipped = clipped.clamped(lowerBound: -limit, upperBound: limit) }
        let updated = rule(w, clipped, &m, &v)
        store(updated, weights, index, lanes)
        if states > 0 { store(m, first, index, lanes) }
        if states > 1 { store(v, second, index, lanes) }
        let change = updated - w
        gradientSum += g * g
        weightSum += w * w
        changeSum += change * change
        index += 8
      }
      sums.gradient += Double(gradientSum.sum())
      sums.weight += Double(weightSum.sum())
      sums.change += Double(changeSum.sum())
      start = end
    }
    if !sums.gradient.isFinite { sums.nonFinite = countNonFinite() }
    return sums
  }

  @inlinable @inline(__always)
  func load(_ pointer: UnsafePointer<Float>, _ index: Int, _ lanes: Int) -> Lanes {
    if lanes == 8 {
      return UnsafeRawPointer(pointer + index).loadUnaligned(as: Lanes.self)
    }
    var result = Lanes.zero
    for lane in 0..<lanes { result[lane] = pointer[index + lane] }
    return result
  }

  @inlinable @inline(__always)
  func store(
    _ value: Lanes, _ pointer: UnsafeMutablePointer<Float>, _ index: Int, _ lanes: Int
  ) {
    if lanes == 8 {
      UnsafeMutableRawPointer(pointer + index).storeBytes(of: value, as: Lanes.self)
    } else {
      for lane in 0..<lanes { pointer[index + lane] = value[lane] }
    }
  }

  @usableFromInline
  func countNonFinite() -> Int {
    (0..<count).count { !gradient[$0].isFinite }
  }
}
