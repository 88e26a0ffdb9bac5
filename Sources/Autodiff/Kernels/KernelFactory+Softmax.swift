internal import COneDNN

extension KernelFactory {
  /// y = log softmax(x) over the last dimension.
  func logSoftmax(_ x: Operand, into y: Operand) throws(KernelError) -> [Kernel] {
    guard x.shape.elementCount > 0 else { return [] }
    let threads = threads(elements: x.shape.elementCount)
    var data = try describe([x.shape.rows, x.shape.width])
    var operation = try logSoftmaxOperation(&data)
    let primitive = try primitive("log softmax", threads: threads, operation: &operation)
    return [
      kernel(
        "log softmax", primitive, threads: threads,
        arguments: [
          Argument(index: DNNL_ARG_SRC, tensor: x.tensor, description: data),
          Argument(index: DNNL_ARG_DST, tensor: y.tensor, description: data),
        ], reads: [x.tensor], writes: [y.tensor])
    ]
  }

  /// ∂x = ∂y - exp(y) Σ ∂y, row by row.
  func logSoftmaxBackward(
    _ y: Operand, upstream: Operand, into dx: Operand
  ) throws(KernelError) -> [Kernel] {
    guard y.shape.elementCount > 0 else { return [] }
    let threads = threads(elements: y.shape.elementCount)
    var data = try describe([y.shape.rows, y.shape.width])
    var forward = try logSoftmaxOperation(&data)
    let hint = try PrimitiveDescription("log softmax", context: context, operation: &forward)
    var operation = dnnl_logsoftmax_desc_t()
    try check(
      dnnl_logsoftmax_backward_desc_init(&operation, &data, &data, 1), "log softmax backward")
    let primitive = try primitive(
      "log softmax backward", threads: threads, operation: &operation, hint: hint)
    return [
      kernel(
        "log softmax backward", primitive, threads: threads,
        arguments: [
          Argument(index: DNNL_ARG_DST, tensor: y.tensor, description: data),
          Argument(index: DNNL_ARG_DIFF_DST, tensor: upstream.tensor, description: data),
          Argument(index: DNNL_ARG_DIFF_SRC, tensor: dx.tensor, description: data),
        ], reads: [y.tensor, upstream.tensor], writes: [dx.tensor])
    ]
  }

  private func logSoftmaxOperation(
    _ data: inout dnnl_memory_desc_t
  ) throws(KernelError) -> dnnl_logsoftmax_desc_t {
    var operation = dnnl_logsoftmax_desc_t()
    try check(
      dnnl_logsoftmax_forward_desc_init(&operation, dnnl_forward_training, &data, 1),
      "log softmax")
    return operation
  }
}
