import Testing

@testable import Autodiff

/// Statistics of outputs against the plain formulas.
@Suite struct OutputMeterTests {
  private func measure(
    _ x: [Float], _ shape: Shape, unitAxis: Int? = nil,
    saturation: OutputMeter.Saturation = .none, steps: Int = 1
  ) -> OutputReading {
    let meter = OutputMeter(shape, unitAxis: unitAxis, saturation: saturation)
    defer { meter.deallocate() }
    var reading = OutputReading()
    for step in 0..<steps { meter.measure(x, step: step, firstStep: 0, into: &reading) }
    return reading
  }

  @Test(arguments: [[1], [3, 5], [2, 3, 8], [7, 33], [1, 1]] as [Shape])
  func meanDeviationAndExtremes(_ shape: Shape) {
    var stream = RandomStream(seed: 1, name: "\(shape)")
    let x = (0..<shape.elementCount).map { _ in 3 + stream.normal() }
    let mean = x.reduce(0) { $0 + Double($1) } / Double(x.count)
    let variance = x.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(x.count)
    let reading = measure(x, shape)
    #expect(abs(Double(reading.mean) - mean) < 1e-5)
    #expect(abs(Double(reading.deviation) - variance.squareRoot()) < 1e-3)
    #expect(reading.minimum == x.min())
    #expect(reading.maximum == x.max())
    #expect(reading.units == shape.width)
    #expect(reading.nonFinite == 0)
  }

  /// Channels of images are units; their elements are not side by side.
  @Test(arguments: [[3, 2, 3, 5], [2, 4, 1, 8], [1, 3, 2], [2, 5, 17]] as [Shape])
  func channelsAreMeasuredAsRowsAre(_ shape: Shape) {
    var stream = RandomStream(seed: 1, name: "\(shape)")
    let (channels, places) = (shape.sizes[1], shape.sizes.dropFirst(2).reduce(1, *))
    var (x, turned): ([Float], [Float]) = ([], [])
    for _ in 0..<shape.sizes[0] {
      // Channel 1 is dead; channel 2 is saturated in two of three places.
      let sample = (0..<channels).map { channel in
        (0..<places).map { place -> Float in
          channel == 1 ? 0 : channel == 2 && place % 3 != 0 ? 0.99 : 0.9 * stream.unit()
        }
      }
      x += sample.flatMap { $0 }
      for place in 0..<places { turned += sample.map { $0[place] } }
    }
    let rows = Shape([shape.sizes[0] * places, channels])
    let ours = measure(x, shape, unitAxis: 1, saturation: .tanh, steps: 50)
    let theirs = measure(turned, rows, saturation: .tanh, steps: 50)
    #expect(ours.units == channels)
    #expect(ours.deadUnits == 1 && theirs.deadUnits == 1)
    #expect(ours.saturatedUnits == theirs.saturatedUnits)
    #expect(ours.zeroFraction == theirs.zeroFraction)
    #expect(abs(ours.mean - theirs.mean) < 1e-6)
    #expect(abs(ours.deviation - theirs.deviation) < 1e-5)
    #expect(ours.maximum == theirs.maximum && ours.minimum == theirs.minimum)
  }

  @Test func nonFiniteElementsAreCountedAndLeftOut() {
    let reading = measure([1, .nan, 3, .infinity, -.infinity, 2], [2, 3])
    #expect(reading.nonFinite == 3)
    #expect(reading.mean == 2)
    #expect(reading.minimum == 1)
    #expect(reading.maximum == 3)
  }

  @Test func nothingButNonFiniteElementsHasNoStatistics() {
    let reading = measure([.nan, .nan], [1, 2])
    #expect(reading.nonFinite == 2)
    let statistics = [reading.mean, reading.deviation, reading.minimum, reading.maximum]
    #expect(statistics.count { $0.isNaN } == 4)
  }

  @Test func zerosAreExactZeros() {
    #expect(measure([0, -0.0, 1e-30, 5], [4]).zeroFraction == 0.5)
  }

  /// A unit is dead when it was 0 for every sample in 50 measured steps.
  @Test func unitsDieAfterFiftySteps() {
    let x: [Float] = [0, 1, 0, 0, 0, 2]
    #expect(measure(x, [2, 3], steps: 49).deadUnits == 0)
    #expect(measure(x, [2, 3], steps: 50).deadUnits == 1)
  }

  @Test func aUnitThatStirsIsAlive() {
    let meter = OutputMeter([1, 2], saturation: .none)
    defer { meter.deallocate() }
    var reading = OutputReading()
    var dead: [Int] = []
    for step in 0..<120 {
      meter.measure([step == 60 ? 1 : 0, 1 as Float], step: step, firstStep: 0, into: &reading)
      dead.append(reading.deadUnits)
    }
    #expect(dead[49] == 1 && dead[59] == 1)
    #expect(dead[60] == 0 && dead[109] == 0)
    #expect(dead[110] == 1)
  }

  /// More than half of the samples beyond ±0.98 for tanh, outside [0.02, 0.98] for a sigmoid.
  @Test func saturatedUnits() {
    let x: [Float] = [0.99, 0.99, 0.01, -0.99, 0.5, 0.01, 0.5, 0.5, 0.5]
    #expect(measure(x, [3, 3], saturation: .tanh).saturatedUnits == 1)
    #expect(measure(x, [3, 3], saturation: .sigmoid).saturatedUnits == 2)
    #expect(measure(x, [3, 3]).saturatedUnits == 0)
  }

  /// Numbers in bfloat16 are measured as the same numbers in Float are.
  @Test func halvesAreMeasuredAsTheyAre() {
    var stream = RandomStream(seed: 2, name: "halves")
    for (shape, axis, layout) in [
      (Shape([5, 19]), nil, ChannelLayout.plain), (Shape([3, 4, 5, 3]), 1, .plain),
      (Shape([2, 16, 3, 3]), 1, ChannelLayout(block: 8)),
    ] as [(Shape, Int?, ChannelLayout)] {
      var numbers = (0..<shape.elementCount).map { _ in stream.normal().roundedToBFloat16 }
      (numbers[2], numbers[7], numbers[11]) = (.nan, 0, -.infinity)
      let halves = numbers.map { BFloat16(bits: UInt16($0.bitPattern >> 16)) }
      var readings = [OutputReading(), OutputReading()]
      var norms: [Float] = []
      for index in 0..<2 {
        let meter = OutputMeter(
          shape, unitAxis: axis, layout: layout, type: index == 0 ? .float32 : .bfloat16,
          saturation: .tanh)
        defer { meter.deallocate() }
        if index == 0 {
          meter.measure(numbers, step: 0, firstStep: 0, into: &readings[0])
          norms.append(meter.rootMeanSquare(Array(numbers.map { $0.isFinite ? $0 : 1 })))
        } else {
          meter.measure(halves, step: 0, firstStep: 0, into: &readings[1])
          norms.append(
            meter.rootMeanSquare(halves.map { $0.number.isFinite ? $0 : BFloat16(bits: 0x3F80) }))
        }
      }
      #expect(readings[0].mean == readings[1].mean)
      #expect(readings[0].deviation == readings[1].deviation)
      #expect(readings[0].minimum == readings[1].minimum)
      #expect(readings[0].nonFinite == 2 && readings[1].nonFinite == 2)
      #expect(readings[0].zeroFraction == readings[1].zeroFraction)
      #expect(readings[0].saturatedUnits == readings[1].saturatedUnits)
      #expect(norms[0] == norms[1])
    }
  }

  /// Threads look at units of their own: together they see what one sees.
  @Test(
    arguments: [
      (Shape([512, 100]), nil, ChannelLayout.plain), (Shape([30_000, 1]), nil, .plain),
      (Shape([8, 33, 12, 9]), 1, .plain), (Shape([8, 32, 12, 9]), 1, ChannelLayout(block: 16)),
      (Shape([2, 16, 40, 21]), 1, ChannelLayout(block: 16)),
      (Shape([4, 20, 18, 19]), 1, ChannelLayout(block: 20)),
      (Shape([4, 24, 18, 19]), 1, ChannelLayout(block: 4)),
    ] as [(Shape, Int?, ChannelLayout)])
  func threadsShareAnOutput(_ shape: Shape, _ axis: Int?, _ layout: ChannelLayout) {
    var stream = RandomStream(seed: 3, name: "\(shape)")
    var x = (0..<shape.elementCount).map { _ in 1.45 * stream.normal() }
    for index in stride(from: 5, to: x.count, by: 977) { x[index] = 0 }
    (x[1], x[x.count / 2], x[x.count - 1]) = (.nan, .infinity, 70)
    let finite = x.filter(\.isFinite)
    let mean = finite.reduce(0) { $0 + Double($1) } / Double(finite.count)
    var readings: [OutputReading] = []
    for threads in [1, 2, 3] {
      let meter = OutputMeter(
        shape, unitAxis: axis, layout: layout, saturation: .tanh, threads: threads)
      defer { meter.deallocate() }
      var reading = OutputReading()
      meter.measure(x, step: 0, firstStep: 0, into: &reading)
      #expect(abs(Double(reading.mean) - mean) < 1e-6)
      reading.gradientRMS = meter.rootMeanSquare(x.map { $0.isFinite ? $0 : 0 })
      readings.append(reading)
    }
    #expect(readings[0].nonFinite == 2)
    #expect(readings[0].maximum == 70 && readings[0].minimum == finite.min())
    // About half of the elements are: which units it is for most of theirs differs.
    let units = axis.map { shape.sizes[$0] } ?? shape.width
    let places = axis == nil ? 1 : shape.sizes.dropFirst(2).reduce(1, *)
    var saturated = Array(repeating: 0, count: units)
    for (index, element) in layout.rowOrder(x, shape).enumerated() where abs(element) > 0.98 {
      saturated[index / places % units] += 1
    }
    #expect(readings[0].saturatedUnits == saturated.count { $0 * 2 > x.count / units })
    #expect(readings[0].zeroFraction == Float(x.count { $0 == 0 }) / Float(x.count))
    for reading in readings.dropFirst() {
      #expect(reading.nonFinite == 2 && reading.zeroFraction == readings[0].zeroFraction)
      #expect(reading.maximum == readings[0].maximum && reading.minimum == readings[0].minimum)
      #expect(reading.saturatedUnits == readings[0].saturatedUnits)
      #expect(abs(reading.deviation - readings[0].deviation) < 1e-6)
      #expect(abs(reading.gradientRMS - readings[0].gradientRMS) < 1e-6)
    }
  }

  @Test func rootMeanSquareOfAGradient() {
    let meter = OutputMeter([3, 3], saturation: .none)
    defer { meter.deallocate() }
    #expect(
      meter.rootMeanSquare([1, -2, 3, 0, 0, 0, 2, 2, 1 as Float]) == Float(23.0 / 9).squareRoot())
    #expect(meter.rootMeanSquare([1, Float.nan, 3, 0, 0, 0, 2, 2, 1]).isNaN)
  }
}
