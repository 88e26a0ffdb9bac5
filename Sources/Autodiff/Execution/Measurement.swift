/// Looks at one output: its distribution, and which of its units are dead or saturated.
struct OutputMeter {
  typealias Lanes = SIMD8<Float>
  typealias Counts = SIMD8<Int32>

  /// The steps in which a dead unit must have been 0.
  static let window = 50

  /// Which outputs count as saturated.
  enum Saturation {
    case none
    /// |y| > 0.98.
    case tanh
    /// y outside [0.02, 0.98].
    case sigmoid
  }

  let count: Int
  let units: Int
  let saturation: Saturation
  /// For each unit: the last measured step in which it was not 0.
  private let lastAlive: UnsafeMutablePointer<Int32>
  private let saturated: UnsafeMutablePointer<Int32>
  private let paddedUnits: Int

  init(_ shape: Shape, saturation: Saturation) {
    count = shape.elementCount
    units = shape.width
    self.saturation = saturation
    paddedUnits = (units + 7) / 8 * 8
    lastAlive = .allocate(capacity: paddedUnits)
    lastAlive.initialize(repeating: -1, count: paddedUnits)
    saturated = .allocate(capacity: paddedUnits)
    saturated.initialize(repeating: 0, count: paddedUnits)
  }

  func deallocate() {
    lastAlive.deallocate()
    saturated.deallocate()
  }

  /// Measures an output at `step`; before `firstStep` nothing was measured.
  func measure(
    _ output: UnsafePointer<Float>, step: Int, firstStep: Int, into reading: inout OutputReading
  ) {
    reading.units = units
    guard count > 0, units > 0 else { return }
    if saturation != .none { saturated.update(repeating: 0, count: paddedUnits) }
    var (sum, squares, zeros, finite) = (0.0, 0.0, 0, 0)
    var smallest = Lanes(repeating: .infinity)
    var largest = Lanes(repeating: -.infinity)
    let rows = count / units
    for row in 0..<rows {
      let line = output + row * units
      var (rowSum, rowSquares) = (Lanes.zero, Lanes.zero)
      var (rowZeros, rowFinite) = (Counts.zero, Counts.zero)
      var unit = 0
      while unit < units {
        let lanes = min(8, units - unit)
        let x = load(line + unit, lanes)
        let isPresent = Counts(0, 1, 2, 3, 4, 5, 6, 7) .< Counts(repeating: Int32(lanes))
        let isFinite = (x * 0 .== Lanes.zero) .& isPresent
        let value = x.replacing(with: 0, where: .!isFinite)
        rowSum += value
        rowSquares += value * value
        smallest = pointwiseMin(smallest, x.replacing(with: .infinity, where: .!isFinite))
        largest = pointwiseMax(largest, x.replacing(with: -.infinity, where: .!isFinite))
        rowFinite.replace(with: rowFinite &+ 1, where: isFinite)
        let isZero = (x .== Lanes.zero) .& isPresent
        rowZeros.replace(with: rowZeros &+ 1, where: isZero)
        var alive = load(lastAlive + unit)
        alive.replace(with: Int32(truncatingIfNeeded: step), where: .!isZero)
        store(alive, lastAlive + unit)
        noteSaturated(x, unit)
        unit += 8
      }
      sum += Double(rowSum.sum())
      squares += Double(rowSquares.sum())
      zeros += Int(rowZeros.wrappedSum())
      finite += Int(rowFinite.wrappedSum())
    }
    let mean = finite > 0 ? sum / Double(finite) : 0
    reading.mean = Float(mean)
    reading.deviation =
      finite > 0 ? Float(max(0, squares / Double(finite) - mean * mean).squareRoot()) : 0
    reading.minimum = finite > 0 ? smallest.min() : 0
    reading.maximum = finite > 0 ? largest.max() : 0
    reading.nonFinite = count - finite
    reading.zeroFraction = Float(zeros) / Float(count)
    reading.deadUnits = deadUnits(step: step, firstStep: firstStep)
    reading.saturatedUnits =
      saturation == .none ? 0 : (0..<units).count { Int(saturated[$0]) * 2 > rows }
  }

  /// The root mean square of a gradient; NaN or Inf where an element is.
  func rootMeanSquare(_ gradient: UnsafePointer<Float>) -> Float {
    var total = 0.0
    var start = 0
    while start < count {
      let end = min(start + 4096, count)
      var sum = Lanes.zero
      var index = start
      while index < end {
        let x = load(gradient + index, min(8, end - index))
        sum += x * x
        index += 8
      }
      total += Double(sum.sum())
      start = end
    }
    return count > 0 ? Float((total / Double(count)).squareRoot()) : 0
  }

  private func deadUnits(step: Int, firstStep: Int) -> Int {
    guard step - firstStep >= Self.window - 1 else { return 0 }
    let limit = Int32(truncatingIfNeeded: step - Self.window)
    return (0..<units).count { lastAlive[$0] <= limit }
  }

  @inline(__always)
  private func noteSaturated(_ x: Lanes, _ unit: Int) {
    let isSaturated: SIMDMask<SIMD8<Int32>>
    switch saturation {
    case .none: return
    case .tanh: isSaturated = (x .> 0.98) .| (x .< -0.98)
    case .sigmoid: isSaturated = (x .> 0.98) .| (x .< 0.02)
    }
    var counts = load(saturated + unit)
    counts.replace(with: counts &+ 1, where: isSaturated)
    store(counts, saturated + unit)
  }

  @inline(__always)
  private func load(_ pointer: UnsafePointer<Float>, _ lanes: Int) -> Lanes {
    if lanes == 8 { return UnsafeRawPointer(pointer).loadUnaligned(as: Lanes.self) }
    var result = Lanes.zero
    for lane in 0..<lanes { result[lane] = pointer[lane] }
    return result
  }

  @inline(__always)
  private func load(_ pointer: UnsafePointer<Int32>) -> Counts {
    UnsafeRawPointer(pointer).loadUnaligned(as: Counts.self)
  }

  @inline(__always)
  private func store(_ value: Counts, _ pointer: UnsafeMutablePointer<Int32>) {
    UnsafeMutableRawPointer(pointer).storeBytes(of: value, as: Counts.self)
  }
}
