internal import COneDNN

/// Looks at one output: its distribution, and which of its units are dead or saturated.
struct OutputMeter {
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
  /// What elements are.
  private let type: ElementType
  /// How elements stand: [samples, units / block, places, block].
  let (samples, places, block): (Int, Int, Int)
  /// For each unit: the last measured step in which it was not 0.
  private let lastAlive: UnsafeMutablePointer<Int32>
  /// For each unit: the bits of its elements in the output that is looked at, one of which is set in
  /// any but a zero.
  let seen: UnsafeMutablePointer<UInt32>
  /// For each unit: how many elements of that output are saturated.
  let saturated: UnsafeMutablePointer<Int32>
  private let paddedUnits: Int
  /// What each thread sums over its part.
  private let parts: UnsafeMutableBufferPointer<Part>

  /// - Parameters:
  ///   - unitAxis: Which dimension counts units; nil: the last.
  ///   - threads: How many may look at it together.
  init(
    _ shape: Shape, unitAxis: Int? = nil, layout: ChannelLayout = .plain,
    type: ElementType = .float32, saturation: Saturation, threads: Int = 1
  ) {
    self.type = type
    count = shape.elementCount
    let axis = unitAxis ?? shape.rank - 1
    units = shape.sizes.indices.contains(axis) ? shape.sizes[axis] : 1
    // Elements of a unit that stand side by side: 1 where units are the last dimension.
    let run = shape.sizes.dropFirst(axis + 1).reduce(1, *)
    let perSample = max(1, units * run)
    (samples, places, block) =
      run == 1 ? (1, count / max(1, units), units) : (count / perSample, run, layout.block)
    self.saturation = saturation
    paddedUnits = (units + 7) / 8 * 8
    lastAlive = .allocate(capacity: paddedUnits)
    lastAlive.initialize(repeating: -1, count: paddedUnits)
    saturated = .allocate(capacity: paddedUnits)
    saturated.initialize(repeating: 0, count: paddedUnits)
    seen = .allocate(capacity: paddedUnits)
    seen.initialize(repeating: 0, count: paddedUnits)
    let isLarge = count >= ThreadTeam.parallelElements
    parts = .allocate(capacity: isLarge ? max(1, min(threads, ThreadTeam.limit)) : 1)
    parts.initialize(repeating: Part())
  }

  func deallocate() {
    lastAlive.deallocate()
    saturated.deallocate()
    seen.deallocate()
    parts.deallocate()
  }

  /// Measures an output at `step`; before `firstStep` nothing was measured.
  func measure(
    _ output: UnsafeRawPointer, step: Int, firstStep: Int, into reading: inout OutputReading
  ) {
    reading.units = units
    guard count > 0, units > 0 else { return }
    seen.update(repeating: 0, count: paddedUnits)
    if saturation != .none { saturated.update(repeating: 0, count: paddedUnits) }
    var sums = OutputSums()
    share(.statistics, of: output)
    for part in parts { sums.add(part.sums) }
    for unit in 0..<units where seen[unit] << 1 != 0 {
      lastAlive[unit] = Int32(truncatingIfNeeded: step)
    }
    let finite = sums.finite
    let mean = finite > 0 ? sums.sum / Double(finite) : .nan
    reading.mean = Float(mean)
    reading.deviation =
      finite > 0 ? Float(max(0, sums.squares / Double(finite) - mean * mean).squareRoot()) : .nan
    reading.minimum = finite > 0 ? sums.smallest : .nan
    reading.maximum = finite > 0 ? sums.largest : .nan
    reading.nonFinite = count - finite
    reading.zeroFraction = Float(sums.zeros) / Float(count)
    reading.deadUnits = deadUnits(step: step, firstStep: firstStep)
    reading.saturatedUnits =
      saturation == .none ? 0 : (0..<units).count { Int(saturated[$0]) * 2 > count / units }
  }

  private func deadUnits(step: Int, firstStep: Int) -> Int {
    guard step - firstStep >= Self.window - 1 else { return 0 }
    let limit = Int32(truncatingIfNeeded: step - Self.window)
    return (0..<units).count { lastAlive[$0] <= limit }
  }

  /// The root mean square of a gradient; NaN or Inf where an element is.
  func rootMeanSquare(_ gradient: UnsafeRawPointer) -> Float {
    guard count > 0 else { return .nan }
    share(.squares, of: gradient)
    let squares = parts.reduce(0) { $0 + $1.sums.squares }
    return Float((squares / Double(count)).squareRoot())
  }
}

// MARK: - Threads

extension OutputMeter {
  /// What is looked for.
  fileprivate enum Purpose {
    case statistics, squares
  }

  /// What a thread does, and what that comes to.
  ///
  /// Threads write in turns to what stands side by side: each has cache lines of its own.
  struct Part {
    var sums = OutputSums()
    private var padding: (SIMD8<Double>, SIMD8<Double>) = (.zero, .zero)
  }

  /// Looks at all of a tensor, a part on each thread of the pool that oneDNN uses.
  private func share(_ purpose: Purpose, of tensor: UnsafeRawPointer) {
    guard parts.count > 1 else { return look(0, purpose, at: tensor) }
    var work = Work(meter: self, purpose: purpose, tensor: tensor)
    withUnsafeMutablePointer(to: &work) { work in
      GOMP_parallel(
        { pointer in
          guard let work = pointer?.assumingMemoryBound(to: Work.self).pointee else { return }
          // There may be fewer threads than were asked for.
          for part in stride(
            from: Int(omp_get_thread_num()), to: work.meter.parts.count,
            by: Int(omp_get_num_threads()))
          { work.meter.look(part, work.purpose, at: work.tensor) }
        }, work, UInt32(parts.count), 0)
    }
  }

  private struct Work {
    let meter: OutputMeter
    let purpose: Purpose
    let tensor: UnsafeRawPointer
  }

  private func look(_ part: Int, _ purpose: Purpose, at tensor: UnsafeRawPointer) {
    var sums = OutputSums()
    switch (purpose, type) {
    case (.statistics, .bfloat16):
      addUnits(units(of: part), of: tensor.assumingMemoryBound(to: BFloat16.self), to: &sums)
    case (.statistics, _):
      addUnits(units(of: part), of: tensor.assumingMemoryBound(to: Float.self), to: &sums)
    case (.squares, .bfloat16):
      sums.squares = squares(elements(of: part), tensor.assumingMemoryBound(to: BFloat16.self))
    case (.squares, _):
      sums.squares = squares(elements(of: part), tensor.assumingMemoryBound(to: Float.self))
    }
    parts[part].sums = sums
  }

  /// No unit belongs to two threads, and none shares eight lanes with one of another thread.
  private func units(of part: Int) -> Range<Int> {
    let grain = block == 1 ? 1 : 8
    let groups = (units + grain - 1) / grain
    func bound(_ part: Int) -> Int { min(units, groups * part / parts.count * grain) }
    return bound(part)..<bound(part + 1)
  }

  private func elements(of part: Int) -> Range<Int> {
    ThreadTeam.slice(of: count, thread: part, of: parts.count)
  }

  private func squares<Element: StoredNumber>(
    _ range: Range<Int>, _ gradient: UnsafePointer<Element>
  ) -> Double {
    Element.sumOfSquares(gradient + range.lowerBound, count: range.count)
  }
}
