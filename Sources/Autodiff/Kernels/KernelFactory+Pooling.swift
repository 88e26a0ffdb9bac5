/// Pooling as PyTorch has it, to the last window of `ceil_mode`, the divisors of padded means and the
/// way of NaN: oneDNN's differs in all three, so these are loops of ours.
extension KernelFactory {
  /// y = the largest of each window, NaN if there is one; `places` gets where in its plane it is.
  ///
  /// A window of padding alone has -∞ and the place -1.
  func maxPool(
    _ x: Operand, into y: TensorID, places: TensorID, _ windows: PoolingWindows
  ) -> Kernel {
    let planes = x.shape.elementCount / max(1, windows.inputCount)
    let (rows, columns) = (windows.rows, windows.columns)
    return loop(
      "max pool", reads: [x.tensor], writes: [y, places], count: planes,
      elements: planes * windows.covered
    ) { addresses in
      let (x, y) = (addresses.floats(x.tensor), addresses.floats(y))
      let places = addresses.integers(places)
      return { planes in
        for plane in planes {
          let from = x + plane * windows.inputCount
          var out = plane * windows.outputCount
          for row in 0..<rows.count {
            for column in 0..<columns.count {
              var (largest, place) = (-Float.infinity, -1)
              var r = rows.starts[row]
              while r < rows.ends[row] {
                var c = columns.starts[column]
                while c < columns.ends[column] {
                  let it = from[r * columns.input + c]
                  if it > largest || it.isNaN || place < 0 {
                    (largest, place) = (it, r * columns.input + c)
                  }
                  c += columns.step
                }
                r += rows.step
              }
              y[out] = largest
              places[out] = Int32(truncatingIfNeeded: place)
              out += 1
            }
          }
        }
      }
    }
  }

  /// ∂x = ∂y at the places of the largest, 0 elsewhere (+ ∂x).
  func maxPoolBackward(
    _ upstream: TensorID, places: TensorID, into target: GradientTarget,
    _ windows: PoolingWindows
  ) -> Kernel {
    let (dx, accumulates) = (target.operand.tensor, target.accumulates)
    let count = target.operand.shape.elementCount
    return loop(
      "max pool backward", reads: [upstream, places], writes: [dx],
      count: count / max(1, windows.inputCount), elements: count
    ) { addresses in
      let (dy, dx) = (addresses.floats(upstream), addresses.floats(dx))
      let places = addresses.integers(places)
      return { planes in
        for plane in planes {
          let to = dx + plane * windows.inputCount
          if !accumulates { to.update(repeating: 0, count: windows.inputCount) }
          let start = plane * windows.outputCount
          for out in start..<start + windows.outputCount where places[out] >= 0 {
            to[Int(places[out])] += dy[out]
          }
        }
      }
    }
  }

  /// y = the sum of each window over its divisor.
  func averagePool(
    _ x: Operand, into y: TensorID, divisors: [Float], _ windows: PoolingWindows
  ) -> Kernel {
    let planes = x.shape.elementCount / max(1, windows.inputCount)
    let (rows, columns) = (windows.rows, windows.columns)
    return loop(
      "average pool", reads: [x.tensor], writes: [y], count: planes,
      elements: planes * windows.covered
    ) { addresses in
      let (x, y) = (addresses.floats(x.tensor), addresses.floats(y))
      return { planes in
        for plane in planes {
          let from = x + plane * windows.inputCount
          let to = y + plane * windows.outputCount
          var out = 0
          for row in 0..<rows.count {
            for column in 0..<columns.count {
              let start = columns.starts[column]
              let width = max(0, columns.ends[column] - start)
              var sum = 0.0
              for r in rows.starts[row]..<max(rows.starts[row], rows.ends[row]) {
                sum += LineSums.sum(from + r * columns.input + start, count: width)
              }
              to[out] = Float(sum) / divisors[out]
              out += 1
            }
          }
        }
      }
    }
  }

  /// ∂x = for each element the sum of ∂y over its divisor, over the windows that cover it (+ ∂x).
  func averagePoolBackward(
    _ upstream: TensorID, into target: GradientTarget, divisors: [Float],
    _ windows: PoolingWindows
  ) -> Kernel {
    let (dx, accumulates) = (target.operand.tensor, target.accumulates)
    let planes = target.operand.shape.elementCount / max(1, windows.inputCount)
    let (rows, columns) = (windows.rows, windows.columns)
    return loop(
      "average pool backward", reads: [upstream], writes: [dx], count: planes,
      elements: planes * windows.covered
    ) { addresses in
      let (dy, dx) = (addresses.floats(upstream), addresses.floats(dx))
      return { planes in
        for plane in planes {
          let to = dx + plane * windows.inputCount
          if !accumulates { to.update(repeating: 0, count: windows.inputCount) }
          let from = dy + plane * windows.outputCount
          var out = 0
          for row in 0..<rows.count {
            for column in 0..<columns.count {
              let (part, start) = (from[out] / divisors[out], columns.starts[column])
              let end = max(start, columns.ends[column])
              for r in rows.starts[row]..<max(rows.starts[row], rows.ends[row]) {
                let line = to + r * columns.input
                for c in start..<end { line[c] += part }
              }
              out += 1
            }
          }
        }
      }
    }
  }
}
