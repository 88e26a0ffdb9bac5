/// oneDNN 2.6 has no normalization by the root mean square: these are loops of ours.
extension KernelFactory {
  /// y = w x r, with r = 1 / √(mean(x²) + ε) of each row.
  func scaleRowsByMagnitude(
    _ x: Operand, rows: Int, epsilon: Float, weight: TensorID?, into y: TensorID,
    inverse: TensorID
  ) -> Kernel {
    let width = rows == 0 ? 0 : x.shape.elementCount / rows
    return loop(
      "rms norm", reads: [x.tensor] + (weight.map { [$0] } ?? []), writes: [y, inverse],
      count: rows, elements: x.shape.elementCount
    ) { addresses in
      let (x, y) = (addresses.floats(x.tensor), addresses.floats(y))
      let (inverses, w) = (addresses.floats(inverse), weight.map { addresses.floats($0) })
      return { rows in
        for row in rows {
          let (from, to) = (x + row * width, y + row * width)
          let square = LineSums.squares(from, count: width) / Double(width)
          let r = Float(1 / (square + Double(epsilon)).squareRoot())
          inverses[row] = r
          if let w {
            for i in 0..<width { to[i] = from[i] * r * w[i] }
          } else {
            for i in 0..<width { to[i] = from[i] * r }
          }
        }
      }
    }
  }

  /// ∂x = r (g - x r² mean(g x)) (+ ∂x).
  func scaleRowsByMagnitudeBackward(
    _ x: Operand, rows: Int, weight: TensorID?, upstream: TensorID, inverse: TensorID,
    into target: GradientTarget
  ) -> Kernel {
    let width = rows == 0 ? 0 : x.shape.elementCount / rows
    let (dx, accumulates) = (target.operand.tensor, target.accumulates)
    return loop(
      "rms norm backward",
      reads: [x.tensor, upstream, inverse] + (weight.map { [$0] } ?? []), writes: [dx],
      count: rows, elements: x.shape.elementCount
    ) { addresses in
      let (x, dy, dx) =
        (addresses.floats(x.tensor), addresses.floats(upstream), addresses.floats(dx))
      let (inverses, w) = (addresses.floats(inverse), weight.map { addresses.floats($0) })
      return { rows in
        for row in rows {
          let (from, g, to) = (x + row * width, dy + row * width, dx + row * width)
          let r = inverses[row]
          let product =
            w.map { LineSums.dot(g, from, $0, count: width) }
            ?? LineSums.dot(g, from, count: width)
          let slope = Float(product / Double(width)) * r * r
          for i in 0..<width {
            let part = r * (g[i] * (w?[i] ?? 1) - from[i] * slope)
            to[i] = accumulates ? to[i] + part : part
          }
        }
      }
    }
  }

  /// y = Σ over rows of ∂y x r (+ y).
  func sumOfScaledRows(
    _ x: Operand, rows: Int, upstream: TensorID, inverse: TensorID, into target: GradientTarget
  ) -> Kernel {
    let (dw, accumulates) = (target.operand.tensor, target.accumulates)
    let width = target.operand.shape.elementCount
    return loop(
      "sum of scaled rows", reads: [x.tensor, upstream, inverse], writes: [dw], count: width,
      grain: 16, elements: x.shape.elementCount
    ) { addresses in
      let (x, dy, dw) =
        (addresses.floats(x.tensor), addresses.floats(upstream), addresses.floats(dw))
      let inverses = addresses.floats(inverse)
      return { columns in
        if !accumulates { for i in columns { dw[i] = 0 } }
        for row in 0..<rows {
          let (from, g, r) = (x + row * width, dy + row * width, inverses[row])
          for i in columns { dw[i] += g[i] * from[i] * r }
        }
      }
    }
  }
}
