/// Pooling as PyTorch has it, to the last window of `ceil_mode`, the divisors of padded means and the
/// way of NaN: oneDNN's differs in all three, so these are loops of ours.
extension KernelFactory {
  /// y = the largest of each window, NaN if there is one; `places` gets where in its plane it is.
  ///
  /// A window of padding alone has -∞ and the place -1.
  func maxPool(
    _ x: Operand, into y: Operand, places: TensorID, _ windows: PoolingWindows
  ) -> Kernel {
    let (inputs, outputs) = windows.planes(of: x, to: y)
    let (rows, columns) = (windows.rows, windows.columns)
    return loop(
      "max pool", reads: [x.tensor], writes: [y.tensor, places], count: inputs.count,
      elements: inputs.count * windows.covered
    ) { addresses in
      let (x, y) = (addresses.floats(x.tensor), addresses.floats(y.tensor))
      let places = addresses.integers(places)
      return { planes in
        for plane in planes {
          let from = x + inputs.start(plane)
          var out = outputs.start(plane)
          for row in 0..<rows.count {
            for column in 0..<columns.count {
              var (largest, place) = (-Float.infinity, -1)
              var r = rows.starts[row]
              while r < rows.ends[row] {
                var c = columns.starts[column]
                while c < columns.ends[column] {
                  let it = from[(r * columns.input + c) * inputs.step]
                  if it > largest || it.isNaN || place < 0 {
                    (largest, place) = (it, r * columns.input + c)
                  }
                  c += columns.step
                }
                r += rows.step
              }
              y[out] = largest
              places[out] = Int32(truncatingIfNeeded: place)
              out += outputs.step
            }
          }
        }
      }
    }
  }

  /// ∂x = ∂y at the places of the largest, 0 elsewhere (+ ∂x).
  func maxPoolBackward(
    _ upstream: Operand, places: TensorID, into target: GradientTarget,
    _ windows: PoolingWindows
  ) -> Kernel {
    let (dx, accumulates) = (target.operand.tensor, target.accumulates)
    let count = target.operand.shape.elementCount
    let (inputs, outputs) = windows.planes(of: target.operand, to: upstream)
    return loop(
      "max pool backward", reads: [upstream.tensor, places], writes: [dx],
      count: inputs.count, elements: count
    ) { addresses in
      let (dy, dx) = (addresses.floats(upstream.tensor), addresses.floats(dx))
      let places = addresses.integers(places)
      return { planes in
        for plane in planes {
          let to = dx + inputs.start(plane)
          if !accumulates { clear(to, inputs) }
          var out = outputs.start(plane)
          for _ in 0..<windows.outputCount {
            if places[out] >= 0 { to[Int(places[out]) * inputs.step] += dy[out] }
            out += outputs.step
          }
        }
      }
    }
  }

  /// y = the sum of each window over its divisor.
  func averagePool(
    _ x: Operand, into y: Operand, divisors: PoolingDivisors, _ windows: PoolingWindows
  ) -> Kernel {
    let (inputs, outputs) = windows.planes(of: x, to: y)
    let (rows, columns) = (windows.rows, windows.columns)
    return loop(
      "average pool", reads: [x.tensor], writes: [y.tensor], count: inputs.count,
      elements: inputs.count * windows.covered
    ) { addresses in
      let (x, y) = (addresses.floats(x.tensor), addresses.floats(y.tensor))
      return { planes in
        for plane in planes {
          let (from, to) = (x + inputs.start(plane), y + outputs.start(plane))
          var out = 0
          for row in 0..<rows.count {
            let height = divisors.rows[row]
            for column in 0..<columns.count {
              let start = columns.starts[column]
              let width = max(0, columns.ends[column] - start)
              var sum = 0.0
              for r in rows.starts[row]..<max(rows.starts[row], rows.ends[row]) {
                sum += LineSums.sum(
                  from + (r * columns.input + start) * inputs.step, count: width,
                  step: inputs.step)
              }
              to[out * outputs.step] = Float(sum) / (height * divisors.columns[column])
              out += 1
            }
          }
        }
      }
    }
  }

  /// ∂x = for each element the sum of ∂y over its divisor, over the windows that cover it (+ ∂x).
  func averagePoolBackward(
    _ upstream: Operand, into target: GradientTarget, divisors: PoolingDivisors,
    _ windows: PoolingWindows
  ) -> Kernel {
    let (dx, accumulates) = (target.operand.tensor, target.accumulates)
    let (inputs, outputs) = windows.planes(of: target.operand, to: upstream)
    let (rows, columns) = (windows.rows, windows.columns)
    return loop(
      "average pool backward", reads: [upstream.tensor], writes: [dx], count: inputs.count,
      elements: inputs.count * windows.covered
    ) { addresses in
      let (dy, dx) = (addresses.floats(upstream.tensor), addresses.floats(dx))
      return { planes in
        for plane in planes {
          let (to, from) = (dx + inputs.start(plane), dy + outputs.start(plane))
          if !accumulates { clear(to, inputs) }
          var out = 0
          for row in 0..<rows.count {
            let height = divisors.rows[row]
            for column in 0..<columns.count {
              let part = from[out * outputs.step] / (height * divisors.columns[column])
              let start = columns.starts[column]
              let end = max(start, columns.ends[column])
              for r in rows.starts[row]..<max(rows.starts[row], rows.ends[row]) {
                let line = to + r * columns.input * inputs.step
                for c in start..<end { line[c * inputs.step] += part }
              }
              out += 1
            }
          }
        }
      }
    }
  }
}

/// x = 0 in a plane.
private func clear(_ x: UnsafeMutablePointer<Float>, _ planes: ChannelPlanes) {
  for place in 0..<planes.places { x[place * planes.step] = 0 }
}

extension PoolingWindows {
  fileprivate func planes(of x: Operand, to y: Operand) -> (ChannelPlanes, ChannelPlanes) {
    (ChannelPlanes(x, places: inputCount), ChannelPlanes(y, places: outputCount))
  }
}
