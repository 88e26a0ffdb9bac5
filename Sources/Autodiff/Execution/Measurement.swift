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
  /// Elements of a unit that stand side by side: 1 where units are the last dimension.
  let run: Int
  /// Units that stand side by side, where they are channels in a layout of their own.
  let block: Int
  let saturation: Saturation
  /// What elements are.
  private let type: ElementType
  /// For each unit: the last measured step in which it was not 0.
  private let lastAlive: UnsafeMutablePointer<Int32>
  private let saturated: UnsafeMutablePointer<Int32>
  private let paddedUnits: Int

  /// - Parameter unitAxis: Which dimension counts units; nil: the last.
  init(
    _ shape: Shape, unitAxis: Int? = nil, layout: ChannelLayout = .plain,
    type: ElementType = .float32, saturation: Saturation
  ) {
    self.type = type
    block = layout.block
    count = shape.elementCount
    let axis = unitAxis ?? shape.rank - 1
    units = shape.sizes.indices.contains(axis) ? shape.sizes[axis] : 1
    run = shape.sizes.dropFirst(axis + 1).reduce(1, *)
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
    _ output: UnsafeRawPointer, step: Int, firstStep: Int, into reading: inout OutputReading
  ) {
    reading.units = units
    guard count > 0, units > 0 else { return }
    if saturation != .none { saturated.update(repeating: 0, count: paddedUnits) }
    let sums =
      type == .bfloat16
      ? sums(of: output.assumingMemoryBound(to: BFloat16.self), step: step)
      : sums(of: output.assumingMemoryBound(to: Float.self), step: step)
    let finite = sums.finite
    let mean = finite > 0 ? sums.sum / Double(finite) : .nan
    reading.mean = Float(mean)
    reading.deviation =
      finite > 0 ? Float(max(0, sums.squares / Double(finite) - mean * mean).squareRoot()) : .nan
    reading.minimum = finite > 0 ? sums.smallest.min() : .nan
    reading.maximum = finite > 0 ? sums.largest.max() : .nan
    reading.nonFinite = count - finite
    reading.zeroFraction = Float(sums.zeros) / Float(count)
    reading.deadUnits = deadUnits(step: step, firstStep: firstStep)
    reading.saturatedUnits =
      saturation == .none ? 0 : (0..<units).count { Int(saturated[$0]) * 2 > count / units }
  }

  private func sums<Element: StoredNumber>(of output: UnsafePointer<Element>, step: Int) -> Sums {
    var sums = Sums()
    if run == 1 {
      addRows(output, width: units, step: step, &sums)
    } else if block > 1 {
      addBlocks(output, step: step, &sums)
    } else {
      addRuns(output, step: step, &sums)
    }
    return sums
  }

  /// Sums over an output.
  private struct Sums {
    var (sum, squares, zeros, finite) = (0.0, 0.0, 0, 0)
    var smallest = Lanes(repeating: .infinity)
    var largest = Lanes(repeating: -.infinity)
  }

  /// Sums over a line of it, in Float.
  private struct LineSums {
    var (sum, squares) = (Lanes.zero, Lanes.zero)
    var (zeros, finite) = (Counts.zero, Counts.zero)

    /// Adds the first `lanes` of x, and returns which of them are 0.
    @inline(__always)
    mutating func add(_ x: Lanes, _ lanes: Int, _ sums: inout Sums) -> SIMDMask<Counts> {
      let isPresent = Counts(0, 1, 2, 3, 4, 5, 6, 7) .< Counts(repeating: Int32(lanes))
      let isFinite = (x * 0 .== Lanes.zero) .& isPresent
      let value = x.replacing(with: 0, where: .!isFinite)
      sum += value
      squares += value * value
      sums.smallest = pointwiseMin(
        sums.smallest, x.replacing(with: .infinity, where: .!isFinite))
      sums.largest = pointwiseMax(
        sums.largest, x.replacing(with: -.infinity, where: .!isFinite))
      finite.replace(with: finite &+ 1, where: isFinite)
      let isZero = (x .== Lanes.zero) .& isPresent
      zeros.replace(with: zeros &+ 1, where: isZero)
      return isZero
    }

    /// Adds the line to the whole.
    func finish(_ sums: inout Sums) {
      sums.sum += Double(sum.sum())
      sums.squares += Double(squares.sum())
      sums.zeros += Int(zeros.wrappedSum())
      sums.finite += Int(finite.wrappedSum())
    }
  }

  /// Units are side by side: a lane for each.
  private func addRows<Element: StoredNumber>(
    _ output: UnsafePointer<Element>, width: Int, step: Int, _ sums: inout Sums
  ) {
    for row in 0..<count / width {
      var lineSums = LineSums()
      addRow(output + row * width, units: 0..<width, step: step, &lineSums, &sums)
      lineSums.finish(&sums)
    }
  }

  /// Some units are side by side, for all places of one sample.
  private func addBlocks<Element: StoredNumber>(
    _ output: UnsafePointer<Element>, step: Int, _ sums: inout Sums
  ) {
    for group in 0..<count / (run * block) {
      let first = group * block % units
      var lineSums = LineSums()
      for place in 0..<run {
        addRow(
          output + (group * run + place) * block, units: first..<first + block, step: step,
          &lineSums, &sums)
      }
      lineSums.finish(&sums)
    }
  }

  @inline(__always)
  private func addRow<Element: StoredNumber>(
    _ line: UnsafePointer<Element>, units: Range<Int>, step: Int, _ lineSums: inout LineSums,
    _ sums: inout Sums
  ) {
    var unit = units.lowerBound
    while unit < units.upperBound {
      let lanes = min(8, units.upperBound - unit)
      let x = Element.lanes(at: line + unit - units.lowerBound, count: lanes)
      let isZero = lineSums.add(x, lanes, &sums)
      var alive = load(lastAlive + unit)
      alive.replace(with: Int32(truncatingIfNeeded: step), where: .!isZero)
      store(alive, lastAlive + unit)
      noteSaturated(x, unit)
      unit += 8
    }
  }

  /// The elements of a unit are side by side: all lanes are its own.
  private func addRuns<Element: StoredNumber>(
    _ output: UnsafePointer<Element>, step: Int, _ sums: inout Sums
  ) {
    for line in 0..<count / run {
      let (first, unit) = (output + line * run, line % units)
      var (lineSums, saturatedLanes) = (LineSums(), Counts.zero)
      var index = 0
      while index < run {
        let lanes = min(8, run - index)
        let x = Element.lanes(at: first + index, count: lanes)
        _ = lineSums.add(x, lanes, &sums)
        if saturation != .none {
          let isPresent = Counts(0, 1, 2, 3, 4, 5, 6, 7) .< Counts(repeating: Int32(lanes))
          saturatedLanes.replace(with: saturatedLanes &+ 1, where: isSaturated(x) .& isPresent)
        }
        index += 8
      }
      if Int(lineSums.zeros.wrappedSum()) < run {
        lastAlive[unit] = Int32(truncatingIfNeeded: step)
      }
      saturated[unit] &+= saturatedLanes.wrappedSum()
      lineSums.finish(&sums)
    }
  }

  /// The root mean square of a gradient; NaN or Inf where an element is.
  func rootMeanSquare(_ gradient: UnsafeRawPointer) -> Float {
    let squares =
      type == .bfloat16
      ? squares(of: gradient.assumingMemoryBound(to: BFloat16.self))
      : squares(of: gradient.assumingMemoryBound(to: Float.self))
    return count > 0 ? Float((squares / Double(count)).squareRoot()) : .nan
  }

  private func squares<Element: StoredNumber>(of gradient: UnsafePointer<Element>) -> Double {
    var total = 0.0
    var start = 0
    while start < count {
      let end = min(start + 4096, count)
      var sum = Lanes.zero
      var index = start
      while index < end {
        let x = Element.lanes(at: gradient + index, count: min(8, end - index))
        sum += x * x
        index += 8
      }
      total += Double(sum.sum())
      start = end
    }
    return total
  }

  private func deadUnits(step: Int, firstStep: Int) -> Int {
    guard step - firstStep >= Self.window - 1 else { return 0 }
    let limit = Int32(truncatingIfNeeded: step - Self.window)
    return (0..<units).count { lastAlive[$0] <= limit }
  }

  @inline(__always)
  private func noteSaturated(_ x: Lanes, _ unit: Int) {
    guard saturation != .none else { return }
    var counts = load(saturated + unit)
    counts.replace(with: counts &+ 1, where: isSaturated(x))
    store(counts, saturated + unit)
  }

  @inline(__always)
  private func isSaturated(_ x: Lanes) -> SIMDMask<Counts> {
    switch saturation {
    case .none: SIMDMask(repeating: false)
    case .tanh: (x .> 0.98) .| (x .< -0.98)
    case .sigmoid: (x .> 0.98) .| (x .< 0.02)
    }
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
