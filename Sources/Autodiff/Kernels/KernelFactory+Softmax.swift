internal import COneDNN

/// Softmax or its logarithm.
enum Normalizer {
  case softmax, logSoftmax

  var name: String { self == .softmax ? "softmax" : "log softmax" }

  fileprivate func forward(
    _ data: inout dnnl_memory_desc_t, axis: Int
  ) throws(KernelError) -> dnnl_softmax_desc_t {
    var operation = dnnl_softmax_desc_t()
    let make =
      self == .softmax ? dnnl_softmax_forward_desc_init : dnnl_logsoftmax_forward_desc_init
    try check(make(&operation, dnnl_forward_training, &data, Int32(axis)), name)
    return operation
  }

  fileprivate func backward(
    _ data: inout dnnl_memory_desc_t, axis: Int
  ) throws(KernelError) -> dnnl_softmax_desc_t {
    var operation = dnnl_softmax_desc_t()
    let make =
      self == .softmax ? dnnl_softmax_backward_desc_init : dnnl_logsoftmax_backward_desc_init
    try check(make(&operation, &data, &data, Int32(axis)), name + " backward")
    return operation
  }
}

extension KernelFactory {
  /// y = softmax(x), or its logarithm, over `axis`, which is the last dimension unless it is given.
  func normalize(
    _ kind: Normalizer, _ x: Operand, into y: Operand, axis: Int? = nil
  ) throws(KernelError) -> [Kernel] {
    guard x.shape.elementCount > 0 else { return [] }
    if isCertain(x.shape, axis) {
      return [fill(y.tensor, count: x.shape.elementCount, with: kind == .softmax ? 1 : 0)]
    }
    if kind == .logSoftmax {
      return [logSoftmax(x, into: y, axis: axis ?? x.shape.rank - 1)]
    }
    let threads = threads(elements: x.shape.elementCount)
    var (data, axis) = try form(x.shape, axis)
    var operation = try kind.forward(&data, axis: axis)
    let primitive = try primitive(kind.name, threads: threads, operation: &operation)
    return [
      kernel(
        kind.name, primitive, threads: threads,
        arguments: [
          Argument(index: DNNL_ARG_SRC, tensor: x.tensor, description: data),
          Argument(index: DNNL_ARG_DST, tensor: y.tensor, description: data),
        ], reads: [x.tensor], writes: [y.tensor])
    ]
  }

  /// ∂x = y ∘ (∂y - Σ ∂y ∘ y); for the logarithm ∂x = ∂y - exp(y) Σ ∂y.
  func normalizeBackward(
    _ kind: Normalizer, _ y: Operand, upstream: Operand, into dx: Operand, axis: Int? = nil
  ) throws(KernelError) -> [Kernel] {
    guard y.shape.elementCount > 0 else { return [] }
    if isCertain(y.shape, axis) {
      return [fill(dx.tensor, count: y.shape.elementCount, with: 0)]
    }
    let threads = threads(elements: y.shape.elementCount)
    var (data, axis) = try form(y.shape, axis)
    var forward = try kind.forward(&data, axis: axis)
    let hint = try PrimitiveDescription(kind.name, context: context, operation: &forward)
    var operation = try kind.backward(&data, axis: axis)
    let name = kind.name + " backward"
    let primitive = try primitive(name, threads: threads, operation: &operation, hint: hint)
    return [
      kernel(
        name, primitive, threads: threads,
        arguments: [
          Argument(index: DNNL_ARG_DST, tensor: y.tensor, description: data),
          Argument(index: DNNL_ARG_DIFF_DST, tensor: upstream.tensor, description: data),
          Argument(index: DNNL_ARG_DIFF_SRC, tensor: dx.tensor, description: data),
        ], reads: [y.tensor, upstream.tensor], writes: [dx.tensor])
    ]
  }

  /// Whether there is one choice only; oneDNN's rounding would make a gradient of it.
  private func isCertain(_ shape: Shape, _ axis: Int?) -> Bool {
    dimensions(shape)[axis ?? max(0, shape.rank - 1)] == 1
  }

  /// All dimensions before and after the axis are one each.
  private func form(
    _ shape: Shape, _ axis: Int?
  ) throws(KernelError) -> (dnnl_memory_desc_t, Int) {
    let axis = axis ?? max(0, shape.rank - 1)
    let sizes = dimensions(shape)
    let (before, after) = (sizes[..<axis].reduce(1, *), sizes[(axis + 1)...].reduce(1, *))
    if after == 1 { return (try describe([before, sizes[axis]]), 1) }
    return (try describe([before, sizes[axis], after]), 1)
  }
}
