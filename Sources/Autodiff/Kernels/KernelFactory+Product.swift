internal import COneDNN

/// A matrix in row-major order, or the transpose of one.
struct Matrix {
  let tensor: TensorID
  let rows: Int
  let columns: Int
  var type = ElementType.float32
  var isTransposed = false

  /// The rows of a dense tensor.
  init(_ operand: Operand) {
    (tensor, type) = (operand.tensor, operand.type)
    (rows, columns) = (operand.shape.rows, operand.shape.width)
  }

  /// A matrix of float32.
  init(tensor: TensorID, rows: Int, columns: Int) {
    (self.tensor, self.rows, self.columns) = (tensor, rows, columns)
  }

  /// The same bytes read as the transpose.
  var transposed: Matrix {
    var result = Matrix(tensor: tensor, rows: columns, columns: rows)
    (result.type, result.isTransposed) = (type, !isTransposed)
    return result
  }

  func description() throws(KernelError) -> dnnl_memory_desc_t {
    let strides = isTransposed ? [1, max(1, rows)] : [max(1, columns), 1]
    return try describe([rows, columns], strides: strides, type: type)
  }
}

extension KernelFactory {
  /// c = a b (+ bias for each row) (+ c), with an activation applied to all of that.
  func product(
    _ a: Matrix, _ b: Matrix, bias: Operand? = nil, into c: Matrix, accumulates: Bool = false,
    activation: Elementwise? = nil
  ) throws(KernelError) -> [Kernel] {
    precondition(a.columns == b.rows && c.rows == a.rows && c.columns == b.columns)
    guard c.rows * c.columns > 0 else { return [] }
    guard a.columns > 0 else {
      // A sum of no products: the bias alone.
      var sum = accumulates ? [] : [self.fill(c.tensor, count: c.rows * c.columns, with: 0)]
      if let bias { sum.append(addRow(bias.tensor, width: c.columns, to: c.tensor, rows: c.rows)) }
      let result = Operand(tensor: c.tensor, shape: [c.rows, c.columns])
      return sum
        + (try activation.map { it throws(KernelError) in
          try apply(it, to: result, into: result)
        } ?? [])
    }
    if TinyProduct.suits(a, b) {
      return [
        tinyProduct(
          a, b, bias: bias?.tensor, into: c, accumulates: accumulates, activation: activation)
      ]
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
      var row = try describe([1, c.columns], type: bias.type)
      try check(dnnl_matmul_desc_init(&operation, &source, &weights, &row, &result), "matmul")
      arguments.append(Argument(index: DNNL_ARG_BIAS, tensor: bias.tensor, description: row))
    } else {
      try check(dnnl_matmul_desc_init(&operation, &source, &weights, nil, &result), "matmul")
    }
    let primitive = try primitive(
      "matmul", threads: threads, operation: &operation, sums: accumulates,
      activation: activation)
    return [
      kernel(
        "matmul", primitive, threads: threads, arguments: arguments,
        reads: [a.tensor, b.tensor] + (bias.map { [$0.tensor] } ?? []), writes: [c.tensor])
    ]
  }
}

/// Matrices in one tensor, one for each index of the batch dimensions.
struct Matrices {
  let tensor: TensorID
  /// Sizes of the batch dimensions, then rows and columns.
  var sizes: [Int]
  /// How far apart neighbours are, in elements.
  var strides: [Int]
  /// Where the first element is, in elements.
  var offset = 0
  /// What its elements are.
  var type = ElementType.float32

  /// The last two dimensions of a dense tensor, with leading sizes of 1 up to `rank`.
  init(_ operand: Operand, rank: Int) {
    let shape = operand.shape.padded(to: rank)
    (tensor, type) = (operand.tensor, operand.type)
    sizes = shape.sizes
    strides = shape.strides
  }

  /// Any view of a tensor.
  init(_ tensor: TensorID, sizes: [Int], strides: [Int], offset: Int = 0) {
    self.tensor = tensor
    self.sizes = sizes
    self.strides = strides
    self.offset = offset
  }

  /// Each matrix transposed.
  var transposed: Matrices {
    var result = self
    let last = sizes.count - 1
    result.sizes.swapAt(last - 1, last)
    result.strides.swapAt(last - 1, last)
    return result
  }

  fileprivate func description() throws(KernelError) -> dnnl_memory_desc_t {
    try describe(sizes, strides: strides.map { max(1, $0) }, type: type)
  }
}

extension KernelFactory {
  /// c = scale · a b (+ c), matrix by matrix; batch dimensions of size 1 are stretched.
  func products(
    _ a: Matrices, _ b: Matrices, into c: Matrices, scale: Float = 1, accumulates: Bool = false
  ) throws(KernelError) -> [Kernel] {
    let count = c.sizes.reduce(1, *)
    guard count > 0 else { return [] }
    let inner = a.sizes[a.sizes.count - 1]
    guard inner > 0 else {
      return accumulates ? [] : [fill(c.tensor, count: count, with: 0)]
    }
    let threads = threads(flops: 2 * count * inner)
    var (source, weights, result) =
      (try a.description(), try b.description(), try c.description())
    var operation = dnnl_matmul_desc_t()
    try check(dnnl_matmul_desc_init(&operation, &source, &weights, nil, &result), "matmul")
    let primitive = try primitive(
      "matmul", threads: threads, operation: &operation, sums: accumulates, scale: scale)
    return [
      kernel(
        "matmul", primitive, threads: threads,
        arguments: [
          Argument(
            index: DNNL_ARG_SRC, tensor: a.tensor, description: source,
            offset: a.offset * a.type.byteCount),
          Argument(
            index: DNNL_ARG_WEIGHTS, tensor: b.tensor, description: weights,
            offset: b.offset * b.type.byteCount),
          Argument(
            index: DNNL_ARG_DST, tensor: c.tensor, description: result,
            offset: c.offset * c.type.byteCount),
        ], reads: [a.tensor, b.tensor], writes: [c.tensor])
    ]
  }
}
