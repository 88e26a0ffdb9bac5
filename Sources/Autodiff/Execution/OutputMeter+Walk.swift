/// How a meter goes over the elements of its units.
///
/// Statistics are summed over stretches in which all elements should be finite. A stretch where one is
/// not is gone over once more, with a look at each.
extension OutputMeter {
  typealias Counts = SIMD8<Int32>

  /// Elements of a stretch, about: as many as sums in Float bear.
  private static let stretch = 4096

  /// Adds all elements of some units.
  func addUnits<Element: StoredNumber>(
    _ range: Range<Int>, of output: UnsafePointer<Element>, to sums: inout OutputSums
  ) {
    guard !range.isEmpty else { return }
    for sample in 0..<samples {
      if block == 1 {
        addRuns(range, of: output + sample * units * places, to: &sums)
        continue
      }
      var unit = range.lowerBound
      while unit < range.upperBound {
        let first = unit / block * block
        let end = min(range.upperBound, first + block)
        addLines(
          unit..<end, at: output + (sample * units + first) * places + unit - first, to: &sums)
        unit = end
      }
    }
  }

  // MARK: Units side by side

  /// Adds units that are side by side at each place, a lane for each.
  private func addLines<Element: StoredNumber>(
    _ range: Range<Int>, at first: UnsafePointer<Element>, to sums: inout OutputSums
  ) {
    let most = max(1, Self.stretch / range.count)
    var place = 0
    while place < places {
      let lines = min(most, places - place)
      addStretch(range, at: first + place * block, lines: lines, to: &sums)
      place += lines
    }
  }

  private func addStretch<Element: StoredNumber>(
    _ range: Range<Int>, at first: UnsafePointer<Element>, lines: Int, to sums: inout OutputSums
  ) {
    var lanes = OutputLanes()
    let whole = range.count / 8 * 8
    for line in 0..<lines {
      let elements = first + line * block
      var index = 0
      while index < whole {
        let x = Element.lanes(at: elements + index)
        lanes.add(x)
        note(x, range.lowerBound + index)
        index += 8
      }
      if index < range.count {
        let x = Element.lanes(at: elements + index, count: range.count - index)
        lanes.add(x, finiteOf: OutputLanes.first(range.count - index))
        note(x, first: range.count - index, range.lowerBound + index)
      }
    }
    if lanes.isFinite {
      sums.add(lanes.sums(count: lines * whole))
    } else {
      for line in 0..<lines { addEach(first + line * block, count: range.count, to: &sums) }
    }
  }

  /// Notes of eight units whether they are 0 and whether they are saturated.
  @inline(__always)
  private func note(_ x: Lanes, _ unit: Int) {
    let bits = UnsafeMutableRawPointer(seen + unit)
    bits.storeBytes(
      of: bits.loadUnaligned(as: SIMD8<UInt32>.self) | unsafeBitCast(x, to: SIMD8<UInt32>.self),
      as: SIMD8<UInt32>.self)
    guard saturation != .none else { return }
    let counts = UnsafeMutableRawPointer(saturated + unit)
    var sum = counts.loadUnaligned(as: Counts.self)
    sum.replace(with: sum &+ 1, where: isSaturated(x))
    counts.storeBytes(of: sum, as: Counts.self)
  }

  /// The same of fewer: the next units may be another thread's.
  private func note(_ x: Lanes, first count: Int, _ unit: Int) {
    let isSaturated = isSaturated(x)
    for lane in 0..<count {
      seen[unit + lane] |= x[lane].bitPattern
      if isSaturated[lane] { saturated[unit + lane] &+= 1 }
    }
  }

  // MARK: Units one after the other

  /// Adds units whose elements are side by side: all lanes are of one.
  private func addRuns<Element: StoredNumber>(
    _ range: Range<Int>, of sample: UnsafePointer<Element>, to sums: inout OutputSums
  ) {
    let most = max(1, Self.stretch / places)
    var unit = range.lowerBound
    while unit < range.upperBound {
      let end = min(range.upperBound, unit + most)
      addStretch(unit..<end, of: sample, to: &sums)
      unit = end
    }
  }

  private func addStretch<Element: StoredNumber>(
    _ range: Range<Int>, of sample: UnsafePointer<Element>, to sums: inout OutputSums
  ) {
    var lanes = OutputLanes()
    let whole = places / 8 * 8
    for unit in range {
      let elements = sample + unit * places
      var (bits, saturatedLanes) = (SIMD8<UInt32>.zero, Counts.zero)
      var index = 0
      while index < whole {
        let x = Element.lanes(at: elements + index)
        lanes.add(x)
        bits |= unsafeBitCast(x, to: SIMD8<UInt32>.self)
        if saturation != .none {
          saturatedLanes.replace(with: saturatedLanes &+ 1, where: isSaturated(x))
        }
        index += 8
      }
      if index < places {
        let isPresent = OutputLanes.first(places - index)
        let x = Element.lanes(at: elements + index, count: places - index)
        lanes.add(x, finiteOf: isPresent)
        bits |= unsafeBitCast(x, to: SIMD8<UInt32>.self)
        saturatedLanes.replace(with: saturatedLanes &+ 1, where: isSaturated(x) .& isPresent)
      }
      for lane in 0..<8 { seen[unit] |= bits[lane] }
      saturated[unit] &+= saturatedLanes.wrappedSum()
    }
    if lanes.isFinite {
      sums.add(lanes.sums(count: range.count * whole))
    } else {
      addEach(sample + range.lowerBound * places, count: range.count * places, to: &sums)
    }
  }

  // MARK: Elements

  /// Adds elements that stand side by side, the finite ones of them.
  private func addEach<Element: StoredNumber>(
    _ elements: UnsafePointer<Element>, count: Int, to sums: inout OutputSums
  ) {
    var start = 0
    while start < count {
      var lanes = OutputLanes()
      let end = min(start + Self.stretch, count)
      while start < end {
        let present = min(8, end - start)
        lanes.add(
          Element.lanes(at: elements + start, count: present),
          finiteOf: OutputLanes.first(present))
        start += 8
      }
      start = end
      sums.add(lanes.sums(count: 0))
    }
  }

  @inline(__always)
  private func isSaturated(_ x: Lanes) -> SIMDMask<Counts> {
    switch saturation {
    case .none: SIMDMask(repeating: false)
    case .tanh: (x .> 0.98) .| (x .< -0.98)
    case .sigmoid: (x .> 0.98) .| (x .< 0.02)
    }
  }
}
