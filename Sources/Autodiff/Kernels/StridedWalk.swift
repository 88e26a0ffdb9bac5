/// Positions of elements in another tensor, visited in row order of a shape.
///
/// Element (i, j, …) of the shape is at offset + i·strides[0] + j·strides[1] + … there; a stride of 0
/// is what broadcasting does.
struct StridedWalk {
  private let sizes: [Int]
  private let strides: [Int]
  private let offset: Int
  private let isEmpty: Bool

  init(_ shape: Shape, strides: [Int], offset: Int = 0) {
    isEmpty = shape.elementCount == 0
    sizes = shape.rank == 0 ? [1] : shape.sizes
    self.strides = shape.rank == 0 ? [0] : strides
    self.offset = offset
  }

  /// Where the elements of `large` come from when `small` is stretched to it.
  init(stretching small: Shape, to large: Shape) {
    let padded = small.padded(to: large.rank)
    self.init(
      large, strides: zip(padded.sizes, padded.strides).map { $0 == 1 ? 0 : $1 })
  }

  /// Calls `body` with (position there, position in row order).
  @inline(__always)
  func forEach(_ body: (Int, Int) -> Void) {
    guard !isEmpty else { return }
    let last = sizes.count - 1
    withUnsafeTemporaryAllocation(of: Int.self, capacity: sizes.count) { index in
      index.initialize(repeating: 0)
      var (start, here) = (offset, 0)
      while true {
        var there = start
        for _ in 0..<sizes[last] {
          body(there, here)
          there += strides[last]
          here += 1
        }
        var axis = last - 1
        while axis >= 0 {
          index[axis] += 1
          start += strides[axis]
          if index[axis] < sizes[axis] { break }
          start -= strides[axis] * sizes[axis]
          index[axis] = 0
          axis -= 1
        }
        if axis < 0 { return }
      }
    }
  }
}

extension Shape {
  /// How far apart neighbours of each dimension are in row order.
  var strides: [Int] {
    var (strides, step) = (Array(repeating: 0, count: rank), 1)
    for axis in sizes.indices.reversed() {
      strides[axis] = step
      step *= sizes[axis]
    }
    return strides
  }

  /// The dimension that `dimension` means, negative ones counted from the last.
  ///
  /// - Throws: `ShapeError` by `primitive` where there is none.
  func axis(_ dimension: Int, for primitive: String) throws(ShapeError) -> Int {
    let axis = dimension < 0 ? dimension + rank : dimension
    guard sizes.indices.contains(axis) else {
      throw ShapeError(
        primitive, "dimension \(dimension) does not exist in an input of shape \(self)")
    }
    return axis
  }
}

extension KernelFactory {
  /// y = x at the positions of `walk` (+ y).
  func gather(_ x: TensorID, _ walk: StridedWalk, into target: GradientTarget) -> Kernel {
    let (y, accumulates) = (target.operand.tensor, target.accumulates)
    return Kernel("gather", reads: [x], writes: [y]) { addresses throws(KernelError) in
      let (x, y) = (addresses.floats(x), addresses.floats(y))
      if accumulates { return { walk.forEach { there, here in y[here] += x[there] } } }
      return { walk.forEach { there, here in y[here] = x[there] } }
    }
  }

  /// y at the positions of `walk` = x (+ y).
  func scatter(_ x: TensorID, _ walk: StridedWalk, into y: TensorID, accumulates: Bool) -> Kernel {
    Kernel("scatter", reads: [x], writes: [y]) { addresses throws(KernelError) in
      let (x, y) = (addresses.floats(x), addresses.floats(y))
      if accumulates { return { walk.forEach { there, here in y[there] += x[here] } } }
      return { walk.forEach { there, here in y[there] = x[here] } }
    }
  }
}
