internal import COneDNN

/// The sizes of a convolution as oneDNN takes them.
struct ConvolutionForm {
  /// `[N, C, …]`.
  let source: [Int]
  /// `[G, out / G, C / G, …]`; without the first where G is 1.
  let weights: [Int]
  /// `[N, out, …]`.
  let result: [Int]
  let geometry: ConvolutionGeometry
  /// What elements of operands and result are; gradients of weights and biases are float32.
  let type: ElementType

  init(
    _ x: Shape, _ weight: Shape, _ y: Shape, _ geometry: ConvolutionGeometry, _ type: ElementType
  ) {
    self.type = type
    source = x.sizes
    result = y.sizes
    self.geometry = geometry
    let groups = geometry.groups
    weights =
      groups == 1
      ? weight.sizes : [groups, weight.sizes[0] / groups] + weight.sizes.dropFirst()
  }

  /// Output channels.
  var channels: Int { result[1] }

  /// Multiplications and additions of one pass.
  var flops: Int {
    Cost.product(
      2, result.reduce(1, *), weights.suffix(geometry.strides.count + 1).reduce(1, *))
  }

  /// Operands and result in whatever layout oneDNN likes.
  ///
  /// - Parameter weights: The type of those, where it is not that of all.
  func descriptions(
    weights type: ElementType? = nil
  ) throws(KernelError) -> (dnnl_memory_desc_t, dnnl_memory_desc_t, dnnl_memory_desc_t) {
    (
      try describe(source, format: dnnl_format_tag_any, type: self.type),
      try describe(weights, format: dnnl_format_tag_any, type: type ?? self.type),
      try describe(result, format: dnnl_format_tag_any, type: self.type)
    )
  }

  var isEmpty: Bool { source.contains(0) || result.contains(0) || weights.contains(0) }

  /// Calls `body` with strides, dilations (0 for dense) and paddings.
  func withSizes<Result>(
    _ body: (
      UnsafePointer<Int64>?, UnsafePointer<Int64>?, UnsafePointer<Int64>?, UnsafePointer<Int64>?
    ) -> Result
  ) -> Result {
    let axes = geometry.strides.count
    let all =
      geometry.strides + geometry.dilations.map { $0 - 1 } + geometry.before + geometry.after
    return all.map(Int64.init).withUnsafeBufferPointer { numbers in
      guard let first = numbers.baseAddress else { return body(nil, nil, nil, nil) }
      return body(first, first + axes, first + 2 * axes, first + 3 * axes)
    }
  }
}

extension KernelFactory {
  /// The layout in which oneDNN likes the result of a convolution.
  func layout(of form: ConvolutionForm) throws(KernelError) -> ChannelLayout {
    guard !form.isEmpty else { return .plain }
    omp_set_num_threads(Int32(threads(flops: form.flops)))
    let description = try convolution(form, hasBias: false)
    return try ChannelLayout(
      description.layout(dnnl_query_dst_md, "convolution"), sizes: form.result, form.type) ?? .plain
  }

  /// y = f(x ⋆ w + bias); oneDNN chooses the layouts it works in.
  func convolve(
    _ x: Operand, _ w: Operand, bias: Operand?, into y: Operand, _ form: ConvolutionForm,
    activation: Elementwise? = nil
  ) throws(KernelError) -> [Kernel] {
    guard !form.isEmpty else { return [] }
    let threads = threads(flops: form.flops)
    omp_set_num_threads(Int32(threads))
    let description = try convolution(form, hasBias: bias != nil, activation)
    let primitive = try CompiledPrimitive(
      "convolution", context: context, description: description)
    var (before, after): ([Kernel], [Kernel]) = ([], [])
    let source = try laidOut(
      try x.laidOut(), as: description.layout(dnnl_query_src_md, "convolution"),
      after: &before)
    let weights = try laidOut(
      try w.laidOut(form.weights), as: description.layout(dnnl_query_weights_md, "convolution"),
      after: &before)
    let result = try destination(
      try y.laidOut(), as: description.layout(dnnl_query_dst_md, "convolution"),
      before: &after)
    var arguments = [
      argument(DNNL_ARG_SRC, source), argument(DNNL_ARG_WEIGHTS, weights),
      argument(DNNL_ARG_DST, result),
    ]
    if let bias {
      arguments.append(argument(DNNL_ARG_BIAS, try bias.laidOut()))
    }
    let kernel = kernel(
      "convolution", primitive, threads: threads, arguments: arguments,
      reads: [source.tensor, weights.tensor] + (bias.map { [$0.tensor] } ?? []),
      writes: [result.tensor])
    return before + [kernel] + after
  }

  /// ∂x from ∂y and w, overwritten.
  func convolveBackward(
    _ dy: Operand, _ w: Operand, intoData dx: Operand, _ form: ConvolutionForm
  ) throws(KernelError) -> [Kernel] {
    guard !form.isEmpty else { return [] }
    let (name, threads) = ("convolution backward data", threads(flops: form.flops))
    var (source, weights, result) = try form.descriptions()
    var operation = dnnl_convolution_desc_t()
    let status = form.withSizes { strides, dilations, before, after in
      dnnl_dilated_convolution_backward_data_desc_init(
        &operation, dnnl_convolution_direct, &source, &weights, &result, strides, dilations,
        before, after)
    }
    try check(status, name)
    omp_set_num_threads(Int32(threads))
    return try reversed(
      name, &operation, form, threads,
      upstream: try dy.laidOut(),
      kept: (DNNL_ARG_WEIGHTS, dnnl_query_weights_md, try w.laidOut(form.weights)),
      gradient: (DNNL_ARG_DIFF_SRC, dnnl_query_diff_src_md, try dx.laidOut()))
  }

  /// ∂w and, where it is wanted, ∂bias from ∂y and x, overwritten.
  func convolveBackward(
    _ dy: Operand, _ x: Operand, intoWeights dw: TensorID, bias db: TensorID?,
    _ form: ConvolutionForm
  ) throws(KernelError) -> [Kernel] {
    guard !form.isEmpty else {
      let clear = [fill(dw, count: form.weights.reduce(1, *), with: 0)]
      return clear + (db.map { [fill($0, count: form.channels, with: 0)] } ?? [])
    }
    let (name, threads) = ("convolution backward weights", threads(flops: form.flops))
    var (source, weights, result) = try form.descriptions(weights: .float32)
    var shift = try describe([form.channels])
    var operation = dnnl_convolution_desc_t()
    let status = form.withSizes { strides, dilations, before, after in
      withUnsafePointer(to: &shift) { shift in
        dnnl_dilated_convolution_backward_weights_desc_init(
          &operation, dnnl_convolution_direct, &source, &weights, db == nil ? nil : shift,
          &result, strides, dilations, before, after)
      }
    }
    try check(status, name)
    omp_set_num_threads(Int32(threads))
    return try reversed(
      name, &operation, form, threads,
      upstream: try dy.laidOut(),
      kept: (DNNL_ARG_SRC, dnnl_query_src_md, try x.laidOut()),
      gradient: (DNNL_ARG_DIFF_WEIGHTS, dnnl_query_diff_weights_md, try plain(dw, form.weights)),
      bias: db.map { LaidOut(tensor: $0, description: shift) })
  }

  /// A backward kernel, each tensor brought into the layout that it takes and back.
  private func reversed(
    _ name: String, _ operation: inout dnnl_convolution_desc_t, _ form: ConvolutionForm,
    _ threads: Int, upstream: LaidOut,
    kept: (argument: Int32, query: dnnl_query_t, tensor: LaidOut),
    gradient: (argument: Int32, query: dnnl_query_t, tensor: LaidOut), bias: LaidOut? = nil
  ) throws(KernelError) -> [Kernel] {
    let description = try PrimitiveDescription(
      name, context: context, operation: &operation,
      hint: try convolution(form, hasBias: bias != nil))
    let primitive = try CompiledPrimitive(name, context: context, description: description)
    var (before, after): ([Kernel], [Kernel]) = ([], [])
    let dy = try laidOut(
      upstream, as: description.layout(dnnl_query_diff_dst_md, name), after: &before)
    let operand = try laidOut(
      kept.tensor, as: description.layout(kept.query, name), after: &before)
    let result = try destination(
      gradient.tensor, as: description.layout(gradient.query, name), before: &after)
    var arguments = [
      argument(DNNL_ARG_DIFF_DST, dy), argument(kept.argument, operand),
      argument(gradient.argument, result),
    ]
    if let bias { arguments.append(argument(DNNL_ARG_DIFF_BIAS, bias)) }
    let kernel = kernel(
      name, primitive, threads: threads, arguments: arguments, reads: [dy.tensor, operand.tensor],
      writes: [result.tensor] + (bias.map { [$0.tensor] } ?? []))
    return before + [kernel] + after
  }

  private func convolution(
    _ form: ConvolutionForm, hasBias: Bool, _ activation: Elementwise? = nil
  ) throws(KernelError) -> PrimitiveDescription {
    var (source, weights, result) = try form.descriptions()
    var shift = try describe([form.channels], type: form.type)
    var operation = dnnl_convolution_desc_t()
    let status = form.withSizes { strides, dilations, before, after in
      withUnsafePointer(to: &shift) { shift in
        dnnl_dilated_convolution_forward_desc_init(
          &operation, dnnl_forward_training, dnnl_convolution_direct, &source, &weights,
          hasBias ? shift : nil, &result, strides, dilations, before, after)
      }
    }
    try check(status, "convolution")
    return try PrimitiveDescription(
      "convolution", context: context, operation: &operation, activation: activation)
  }

  private func plain(_ tensor: TensorID, _ sizes: [Int]) throws(KernelError) -> LaidOut {
    LaidOut(tensor: tensor, description: try describe(sizes))
  }

  private func argument(_ index: Int32, _ it: LaidOut) -> Argument {
    Argument(index: index, tensor: it.tensor, description: it.description)
  }
}
