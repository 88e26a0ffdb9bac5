/// The small loops that oneDNN has no kernel for.
extension KernelFactory {
  /// t = value.
  func fill(_ tensor: TensorID, count: Int, with value: Float) -> Kernel {
    Kernel("fill", reads: [], writes: [tensor]) { addresses throws(KernelError) in
      let t = addresses.floats(tensor)
      return { for i in 0..<count { t[i] = value } }
    }
  }

  /// y = scale · x (+ y).
  func copy(_ x: TensorID, into target: GradientTarget, scale: Float = 1) -> Kernel {
    let (y, accumulates) = (target.operand, target.accumulates)
    return pointwise("copy", x, into: y) { _ in
      { stretch, x, y in
        if accumulates {
          for i in 0..<stretch.count { y[i] += scale * x[i] }
        } else if scale != 1 {
          for i in 0..<stretch.count { y[i] = scale * x[i] }
        } else {
          y.update(from: x, count: stretch.count)
        }
      }
    }
  }

  /// Each row of y += row.
  func addRow(_ row: TensorID, width: Int, to y: TensorID, rows: Int) -> Kernel {
    Kernel("add row", reads: [row], writes: [y]) { addresses throws(KernelError) in
      let (row, y) = (addresses.floats(row), addresses.floats(y))
      return {
        for r in 0..<rows {
          let line = y + r * width
          for i in 0..<width { line[i] += row[i] }
        }
      }
    }
  }

  /// y = Σ over the rows of x (+ y).
  func sumOfRows(
    _ x: TensorID, _ type: ElementType = .float32, rows: Int, width: Int,
    into target: GradientTarget
  ) -> Kernel {
    type == .bfloat16
      ? sumOfRows(x, of: BFloat16.self, rows: rows, width: width, into: target)
      : sumOfRows(x, of: Float.self, rows: rows, width: width, into: target)
  }

  private func sumOfRows<Element: StoredNumber>(
    _ x: TensorID, of _: Element.Type, rows: Int, width: Int, into target: GradientTarget
  ) -> Kernel {
    let (y, accumulates) = (target.operand.tensor, target.accumulates)
    // Each thread takes some columns: of each column the sum is the same, however many there are.
    return loop(
      "sum of rows", reads: [x], writes: [y], count: width, grain: 16, elements: 2 * rows * width
    ) { addresses in
      let x = addresses.raw(x).assumingMemoryBound(to: Element.self)
      let y = addresses.floats(y)
      return { columns in
        var column = columns.lowerBound
        while column + 16 <= columns.upperBound {
          // Two registers for the whole way down.
          var (first, second) = (Lanes.zero, Lanes.zero)
          if accumulates {
            (first, second) = (Lanes(at: y + column, count: 8), Lanes(at: y + column + 8, count: 8))
          }
          var (line, row) = (x + column, 0)
          while row + 2 <= rows {
            let next = line + width
            first += Element.lanes(at: line) + Element.lanes(at: next)
            second += Element.lanes(at: line + 8) + Element.lanes(at: next + 8)
            line = next + width
            row += 2
          }
          if row < rows {
            first += Element.lanes(at: line)
            second += Element.lanes(at: line + 8)
          }
          first.store(at: y + column, count: 8)
          second.store(at: y + column + 8, count: 8)
          column += 16
        }
        while column < columns.upperBound {
          var sum = accumulates ? y[column] : 0
          for row in 0..<rows { sum += x[row * width + column].number }
          y[column] = sum
          column += 1
        }
      }
    }
  }

  /// y = scale · x stretched to y's shape (+ y); the reverse of `reduce`.
  func stretch(
    _ x: Operand, into target: GradientTarget, scale: Float = 1
  ) -> Kernel {
    let (y, walk) = (target.operand, StridedWalk(stretching: x.shape, to: target.operand.shape))
    let accumulates = target.accumulates
    return Kernel("stretch", reads: [x.tensor], writes: [y.tensor]) {
      addresses throws(KernelError) in
      let (from, to) = (addresses.floats(x.tensor), addresses.floats(y.tensor))
      if accumulates {
        return { walk.forEach { small, large in to[large] += scale * from[small] } }
      }
      return { walk.forEach { small, large in to[large] = scale * from[small] } }
    }
  }

  /// y = scale · x summed over what was stretched to reach x's shape (+ y).
  func reduce(_ x: Operand, into target: GradientTarget, scale: Float = 1) -> Kernel {
    let (y, walk) = (target.operand, StridedWalk(stretching: target.operand.shape, to: x.shape))
    let accumulates = target.accumulates
    let count = y.shape.elementCount
    return Kernel("reduce", reads: [x.tensor], writes: [y.tensor]) {
      addresses throws(KernelError) in
      let (from, to) = (addresses.floats(x.tensor), addresses.floats(y.tensor))
      // A sum over everything keeps its digits in a Double.
      if count == 1 {
        let total = x.shape.elementCount
        return {
          var sum = 0.0
          for i in 0..<total { sum += Double(from[i]) }
          to[0] = (accumulates ? to[0] : 0) + scale * Float(sum)
        }
      }
      return {
        if !accumulates { to.update(repeating: 0, count: count) }
        walk.forEach { small, large in to[small] += scale * from[large] }
      }
    }
  }
}
