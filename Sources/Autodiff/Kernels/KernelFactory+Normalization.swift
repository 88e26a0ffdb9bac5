internal import COneDNN

extension KernelFactory {
  /// Layer normalization of a matrix of rows.
  ///
  /// - Parameter affine: The scale and the shift, as far as there are any.
  func normalizeRows(
    _ x: Operand, rows: Int, epsilon: Float, affine: [TensorID], into y: Operand,
    mean: TensorID, variance: TensorID
  ) throws(KernelError) -> [Kernel] {
    guard x.shape.elementCount > 0 else { return [] }
    let threads = threads(elements: x.shape.elementCount)
    let form = try NormalizationForm(x, rows: rows, affine: affine.count)
    var operation = try form.forward(epsilon)
    let primitive = try primitive("layer norm", threads: threads, operation: &operation)
    var arguments = [
      Argument(index: DNNL_ARG_SRC, tensor: x.tensor, description: form.data),
      Argument(index: DNNL_ARG_DST, tensor: y.tensor, description: form.data),
      Argument(index: DNNL_ARG_MEAN, tensor: mean, description: form.statistics),
      Argument(index: DNNL_ARG_VARIANCE, tensor: variance, description: form.statistics),
    ]
    for (tensor, index) in zip(affine, [DNNL_ARG_SCALE, DNNL_ARG_SHIFT]) {
      arguments.append(Argument(index: index, tensor: tensor, description: form.row))
    }
    return [
      kernel(
        "layer norm", primitive, threads: threads, arguments: arguments,
        reads: [x.tensor] + affine, writes: [y.tensor, mean, variance])
    ]
  }

  /// The gradients of x and, as far as there are any, of the scale and the shift, all overwritten.
  func normalizeRowsBackward(
    _ x: Operand, rows: Int, epsilon: Float, affine: [TensorID], upstream: Operand,
    mean: TensorID, variance: TensorID, gradients: [TensorID]
  ) throws(KernelError) -> [Kernel] {
    guard x.shape.elementCount > 0 else { return [] }
    let threads = threads(elements: x.shape.elementCount)
    let form = try NormalizationForm(x, rows: rows, affine: gradients.count - 1)
    var forward = try form.forward(epsilon)
    let hint = try PrimitiveDescription("layer norm", context: context, operation: &forward)
    var operation = try form.backward(epsilon)
    let primitive = try primitive(
      "layer norm backward", threads: threads, operation: &operation, hint: hint)
    var arguments = [
      Argument(index: DNNL_ARG_SRC, tensor: x.tensor, description: form.data),
      Argument(index: DNNL_ARG_DIFF_DST, tensor: upstream.tensor, description: form.data),
      Argument(index: DNNL_ARG_DIFF_SRC, tensor: gradients[0], description: form.data),
      Argument(index: DNNL_ARG_MEAN, tensor: mean, description: form.statistics),
      Argument(index: DNNL_ARG_VARIANCE, tensor: variance, description: form.statistics),
    ]
    // oneDNN 2.6 counts the shift among the inputs of backward, though nothing depends on it.
    for (tensor, index) in zip(affine, [DNNL_ARG_SCALE, DNNL_ARG_SHIFT]) {
      arguments.append(Argument(index: index, tensor: tensor, description: form.row))
    }
    let indices = [DNNL_ARG_DIFF_SCALE, DNNL_ARG_DIFF_SHIFT]
    for (tensor, index) in zip(gradients.dropFirst(), indices) {
      arguments.append(Argument(index: index, tensor: tensor, description: form.row))
    }
    return [
      kernel(
        "layer norm backward", primitive, threads: threads, arguments: arguments,
        reads: [x.tensor, upstream.tensor, mean, variance] + affine,
        writes: gradients)
    ]
  }
}

/// The descriptors of one layer normalization.
private struct NormalizationForm {
  var data: dnnl_memory_desc_t
  var statistics: dnnl_memory_desc_t
  var row: dnnl_memory_desc_t
  let flags: UInt32
  let propagation: dnnl_prop_kind_t

  init(_ x: Operand, rows: Int, affine: Int) throws(KernelError) {
    let width = x.shape.elementCount / rows
    data = try describe([rows, width], type: x.type)
    statistics = try describe([rows])
    row = try describe([width])
    flags =
      (affine > 0 ? dnnl_use_scale.rawValue : 0) | (affine > 1 ? dnnl_use_shift.rawValue : 0)
    propagation = affine > 0 ? dnnl_backward : dnnl_backward_data
  }

  func forward(_ epsilon: Float) throws(KernelError) -> dnnl_layer_normalization_desc_t {
    var (operation, data, statistics) = (dnnl_layer_normalization_desc_t(), data, statistics)
    try check(
      dnnl_layer_normalization_forward_desc_init(
        &operation, dnnl_forward_training, &data, &statistics, epsilon, flags), "layer norm")
    return operation
  }

  func backward(_ epsilon: Float) throws(KernelError) -> dnnl_layer_normalization_desc_t {
    var (operation, data, statistics) = (dnnl_layer_normalization_desc_t(), data, statistics)
    var gradient = data
    try check(
      dnnl_layer_normalization_backward_desc_init(
        &operation, propagation, &gradient, &data, &statistics, epsilon, flags),
      "layer norm backward")
    return operation
  }
}
