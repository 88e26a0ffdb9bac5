internal import COneDNN

/// A matrix in row-major order, or the transpose of one.
struct Matrix {
  let tensor: TensorID
  let rows: Int
  let columns: Int
  var isTransposed = false

  /// The same bytes read as the transpose.
  var transposed: Matrix {
    Matrix(tensor: tensor, rows: columns, columns: rows, isTransposed: !isTransposed)
  }

  func description() throws(KernelError) -> dnnl_memory_desc_t {
    let strides = isTransposed ? [1, max(1, rows)] : [max(1, columns), 1]
    return try describe([rows, columns], strides: strides)
  }
}

extension KernelFactory {
  /// c = a b (+ bias for each row) (+ c).
  func product(
    _ a: Matrix, _ b: Matrix, bias: TensorID? = nil, into c: Matrix, accumulates: Bool = false
  ) throws(KernelError) -> [Kernel] {
    precondition(a.columns == b.rows && c.rows == a.rows && c.columns == b.columns)
    guard c.rows * c.columns > 0 else { return [] }
    guard a.columns > 0 else {
      // A sum of no products: the bias alone.
      let fill = accumulates ? [] : [self.fill(c.tensor, count: c.rows * c.columns, with: 0)]
      guard let bias else { return fill }
      return fill + [addRow(bias, width: c.columns, to: c.tensor, rows: c.rows)]
    }
    let flops = 2 * a.rows * a.columns * b.columns
    let threads = threads(flops: flops)
    var (source, weights, result) =
      (try a.description(), try b.description(), try c.description())
    var operation = dnnl_matmul_desc_t()
    var arguments = [
      Argument(index: DNNL_ARG_SRC, tensor: a.tensor, description: source),
      Argument(index: DNNL_ARG_WEIGHTS, tensor: b.tensor, description: weights),
      Argument(index: DNNL_ARG_DST, tensor: c.tensor, description: result),
    ]
    if let bias {
      var row = try describe([1, c.columns])
      try check(dnnl_matmul_desc_init(&operation, &source, &weights, &row, &result), "matmul")
      arguments.append(Argument(index: DNNL_ARG_BIAS, tensor: bias, description: row))
    } else {
      try check(dnnl_matmul_desc_init(&operation, &source, &weights, nil, &result), "matmul")
    }
    let primitive = try primitive(
      "matmul", threads: threads, operation: &operation, sums: accumulates)
    return [
      kernel(
        "matmul", primitive, threads: threads, arguments: arguments,
        reads: [a.tensor, b.tensor] + (bias.map { [$0] } ?? []), writes: [c.tensor])
    ]
  }
}
