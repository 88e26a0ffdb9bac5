import Glibc

/// The logarithm of the softmax, by loops of our own.
///
/// oneDNN 2.6's logarithm of a sum is off by 1.4e-6 where that is 1: the loss of one who is sure and
/// right was below 0, and its gradient kept a floor.
extension KernelFactory {
  /// y = x - max x - log Σ e^(x - max x) over `axis`.
  func logSoftmax(_ x: Operand, into y: Operand, axis: Int) -> Kernel {
    let (before, width, after) = (
      x.shape.sizes[..<axis].reduce(1, *), x.shape.sizes[axis],
      x.shape.sizes[(axis + 1)...].reduce(1, *)
    )
    let (from, to) = (x.tensor, y.tensor)
    return loop(
      "log softmax", reads: [from], writes: [to], count: before,
      elements: 4 * x.shape.elementCount
    ) { addresses in
      let (x, y) = (addresses.floats(from), addresses.floats(to))
      return { items in
        for item in items {
          let start = item * width * after
          if after == 1 {
            Self.logSoftmax(x + start, into: y + start, count: width)
          } else {
            Self.logSoftmax(x + start, into: y + start, count: width, columns: after)
          }
        }
      }
    }
  }

  /// Of a line.
  private static func logSoftmax(
    _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int
  ) {
    let largest = LineSums.maximum(x, count: count)
    // Of what is far below 1 beside a 1 Float leaves nothing, here as in PyTorch.
    let sum = log(Float(LineSums.exponentials(x, minus: largest, count: count)))
    Lanes.forEach(in: count) { at, lanes in
      ((Lanes(at: x + at, count: lanes) - largest) - sum).store(at: y + at, count: lanes)
    }
  }

  /// Of each column, `count` numbers that are `columns` apart.
  private static func logSoftmax(
    _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int, columns: Int
  ) {
    Lanes.forEach(in: columns) { at, lanes in
      var largest = Lanes(repeating: -.infinity)
      for row in 0..<count {
        let x = Lanes(at: x + row * columns + at, count: lanes)
        largest.replace(with: x, where: x .> largest)
      }
      var sum = Lanes.zero
      for row in 0..<count {
        sum += exponential(Lanes(at: x + row * columns + at, count: lanes) - largest)
      }
      for lane in 0..<lanes { sum[lane] = log(sum[lane]) }
      for row in 0..<count {
        let place = row * columns + at
        ((Lanes(at: x + place, count: lanes) - largest) - sum).store(at: y + place, count: lanes)
      }
    }
  }
}
