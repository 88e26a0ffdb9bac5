/// For each output position along one dimension, the input positions that its window covers.
struct PoolingAxis {
  /// Size of the input.
  let input: Int
  /// First input positions.
  private(set) var starts: [Int] = []
  /// Behind the last ones.
  private(set) var ends: [Int] = []
  /// Lengths with the padding that is part of the window.
  private(set) var spans: [Int] = []
  /// How far apart neighbouring positions of a window are.
  let step: Int

  /// How many windows there are.
  var count: Int { starts.count }

  /// Windows of `kernel` elements, a stride apart, as PyTorch has them.
  ///
  /// With `ceil` the last window may reach beyond the padding, as long as it starts before that.
  /// Nil where no window fits.
  init?(input: Int, kernel: Int, stride: Int, padding: Int, dilation: Int, ceil: Bool) {
    self.input = input
    step = dilation
    let span = dilation * (kernel - 1) + 1
    let room = input + 2 * padding - span
    // Rounds down where the room is negative: there is no window then.
    var count = room < 0 ? (ceil && room > -stride ? 1 : 0) : room / stride + 1
    if ceil, room > 0, room % stride > 0 { count += 1 }
    if ceil, (count - 1) * stride >= input + padding { count -= 1 }
    guard count >= 1 else { return nil }
    for index in 0..<count {
      let start = index * stride - padding
      let skipped = start < 0 ? (-start + dilation - 1) / dilation * dilation : 0
      starts.append(start + skipped)
      ends.append(min(start + span, input))
      spans.append(min(start + span, input + padding) - start)
    }
  }

  /// `output` windows that cover the input evenly: ⌊i·in/out⌋ up to ⌈(i+1)·in/out⌉.
  init(input: Int, output: Int) {
    self.input = input
    step = 1
    for index in 0..<output {
      starts.append(index * input / output)
      ends.append(((index + 1) * input + output - 1) / output)
      spans.append(ends[index] - starts[index])
    }
  }

  /// How many input positions all windows cover together.
  var covered: Int {
    zip(starts, ends).reduce(0) { $0 + max(0, $1.1 - $1.0 + step - 1) / step }
  }
}

/// The windows of a pooling over images: `[…, H, W]`, plane by plane.
struct PoolingWindows {
  let rows: PoolingAxis
  let columns: PoolingAxis

  /// Input elements of a plane.
  var inputCount: Int { rows.input * columns.input }

  /// Output elements of a plane.
  var outputCount: Int { rows.count * columns.count }

  /// How many input elements all windows of a plane cover together.
  var covered: Int { Cost.product(rows.covered, columns.covered) }

  /// What each mean of a plane divides by.
  ///
  /// - Parameter countsPadding: Whether zeros of the padding count.
  func divisors(countsPadding: Bool) -> PoolingDivisors {
    // A window without elements has a mean of 0 whatever it is divided by.
    func lengths(_ axis: PoolingAxis) -> [Float] {
      (countsPadding ? axis.spans : zip(axis.starts, axis.ends).map { $1 - $0 })
        .map { Float(max(1, $0)) }
    }
    return PoolingDivisors(rows: lengths(rows), columns: lengths(columns))
  }

  /// The same divisor for all windows of a plane.
  func divisors(_ divisor: Int) -> PoolingDivisors {
    PoolingDivisors(
      rows: Array(repeating: Float(divisor), count: rows.count),
      columns: Array(repeating: 1, count: columns.count))
  }
}

/// What the mean of each window divides by, as the product of a factor of its row of windows and one
/// of its column: a plane may have more windows than memory has room for.
struct PoolingDivisors {
  let rows: [Float]
  let columns: [Float]
}
