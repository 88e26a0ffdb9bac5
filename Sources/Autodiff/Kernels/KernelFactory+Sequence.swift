/// Kernels for what goes step by step through time.
extension KernelFactory {
  /// y[j, i] = x[i, j] (+ y[j, i]) for rows of `width` elements: `[first, second, width]` as
  /// `[second, first, width]`.
  func swapRows(
    _ x: TensorID, first: Int, second: Int, width: Int, into y: TensorID, accumulates: Bool = false
  ) -> Kernel {
    Kernel("swap rows", reads: [x], writes: [y]) { addresses throws(KernelError) in
      let (x, y) = (addresses.floats(x), addresses.floats(y))
      return {
        for i in 0..<first {
          for j in 0..<second {
            let (from, to) = (x + (i * second + j) * width, y + (j * first + i) * width)
            if accumulates {
              for k in 0..<width { to[k] += from[k] }
            } else {
              to.update(from: from, count: width)
            }
          }
        }
      }
    }
  }

  /// y = xᵀ for x of `rows` × `columns`.
  func transpose(_ x: TensorID, rows: Int, columns: Int, into y: TensorID) -> Kernel {
    Kernel("transpose", reads: [x], writes: [y]) { addresses throws(KernelError) in
      let (x, y) = (addresses.floats(x), addresses.floats(y))
      // In tiles, so that what is read and what is written both stay in cache.
      let tile = 16
      return {
        for top in stride(from: 0, to: rows, by: tile) {
          for left in stride(from: 0, to: columns, by: tile) {
            for column in left..<min(left + tile, columns) {
              for row in top..<min(top + tile, rows) {
                y[column * rows + row] = x[row * columns + column]
              }
            }
          }
        }
      }
    }
  }

  /// How many threads share a batch: each takes its samples through all of time, so that they meet
  /// once and not at each step.
  func threads(flops: Int, batch: Int) -> Int { max(1, min(threads(flops: flops / 4), batch)) }

  /// A kernel that does `body` for a range of samples on each thread.
  func shared(
    _ name: String, batch: Int, threads: Int, reads: [TensorID], writes: [TensorID],
    body: @escaping (Addresses) -> (_ samples: Range<Int>, _ part: Int) -> Void
  ) -> Kernel {
    Kernel(name, reads: reads, writes: writes, threads: threads) { addresses throws(KernelError) in
      let body = body(addresses)
      let region = ParallelRegion(parts: threads) { part in
        body(ParallelRegion.share(of: batch, part: part, of: threads), part)
      }
      return { region.run() }
    }
  }

  /// root[t] = √(Σ over parts of norms[part, t]² / count), by each part's own norms.
  func rootMeanSquares(
    _ norms: TensorID, parts: Int, steps: Int, count: Int, into root: TensorID
  ) -> Kernel {
    Kernel("norms in time", reads: [norms], writes: [root]) { addresses throws(KernelError) in
      let (norms, root) = (addresses.floats(norms), addresses.floats(root))
      return {
        for t in 0..<steps {
          var sum = 0.0
          for part in 0..<parts {
            let norm = Double(norms[part * steps + t])
            sum += norm * norm
          }
          root[t] = Float((sum / Double(max(1, count))).squareRoot())
        }
      }
    }
  }
}
