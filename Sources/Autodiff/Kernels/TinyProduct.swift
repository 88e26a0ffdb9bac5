/// Products so small that calling oneDNN takes longer than computing them.
enum TinyProduct {
  /// Multiplications below which a loop of ours is quicker than a call.
  static let limit = 512

  static func suits(_ a: Matrix, _ b: Matrix) -> Bool {
    guard a.type == .float32, b.type == .float32 else { return false }
    // No product of two of these sizes can overflow.
    guard max(a.rows, a.columns, b.columns) <= limit else { return false }
    return a.rows * a.columns * b.columns <= limit
  }
}

extension Matrix {
  /// How far apart rows and columns are.
  fileprivate var strides: (row: Int, column: Int) {
    isTransposed ? (1, rows) : (columns, 1)
  }
}

extension KernelFactory {
  /// c = f(a b (+ bias for each row) (+ c)), for tiny matrices.
  func tinyProduct(
    _ a: Matrix, _ b: Matrix, bias: TensorID?, into c: Matrix, accumulates: Bool,
    activation: Elementwise?
  ) -> Kernel {
    let (rows, columns, inner) = (a.rows, b.columns, a.columns)
    let (left, right, result) = (a.strides, b.strides, c.strides)
    return Kernel(
      "tiny product", reads: [a.tensor, b.tensor] + (bias.map { [$0] } ?? []), writes: [c.tensor]
    ) { addresses throws(KernelError) in
      let (a, b, c) =
        (addresses.floats(a.tensor), addresses.floats(b.tensor), addresses.floats(c.tensor))
      let bias = bias.map { addresses.floats($0) }
      return {
        for row in 0..<rows {
          for column in 0..<columns {
            var sum = bias?[column] ?? 0
            let (line, stack) = (a + row * left.row, b + column * right.column)
            for k in 0..<inner { sum += line[k * left.column] * stack[k * right.row] }
            let place = c + row * result.row + column * result.column
            if accumulates { sum += place.pointee }
            place.pointee = activation?.value(sum) ?? sum
          }
        }
      }
    }
  }
}
