internal import COneDNN

extension KernelFactory {
  /// Batch normalization of x `[N, C, …]`: with the batch's statistics, and in evaluation with the
  /// running ones.
  ///
  /// - Parameters:
  ///   - affine: The scale and the shift, if there are any.
  ///   - running: The running mean and variance; empty: evaluation uses the batch's, too.
  func normalizeChannels(
    _ x: Operand, epsilon: Float, affine: [TensorID], into y: Operand, mean: TensorID,
    variance: TensorID, running: [TensorID]
  ) throws(KernelError) -> [Kernel] {
    guard x.shape.elementCount > 0 else { return [] }
    let threads = threads(elements: x.shape.elementCount)
    let form = try ChannelForm(x, isAffine: !affine.isEmpty)
    func arguments(_ mean: TensorID, _ variance: TensorID) -> [Argument] {
      [
        Argument(index: DNNL_ARG_SRC, tensor: x.tensor, description: form.data),
        Argument(index: DNNL_ARG_DST, tensor: y.tensor, description: form.data),
        Argument(index: DNNL_ARG_MEAN, tensor: mean, description: form.channels),
        Argument(index: DNNL_ARG_VARIANCE, tensor: variance, description: form.channels),
      ]
        + zip(affine, [DNNL_ARG_SCALE, DNNL_ARG_SHIFT]).map {
          Argument(index: $1, tensor: $0, description: form.channels)
        }
    }
    var operation = try form.forward(epsilon, usesRunning: false)
    let training = try primitive("batch norm", threads: threads, operation: &operation)
    var evaluation: CompiledPrimitive?
    if !running.isEmpty {
      operation = try form.forward(epsilon, usesRunning: true)
      evaluation = try primitive("batch norm", threads: threads, operation: &operation)
    }
    return [
      Kernel(
        "batch norm", reads: [x.tensor] + affine + running, writes: [y.tensor, mean, variance],
        scratchBytes: max(training.scratchBytes, evaluation?.scratchBytes ?? 0), threads: threads
      ) { addresses throws(KernelError) in
        let train = try training.bind(arguments(mean, variance), at: addresses)
        guard let evaluation else { return train }
        let evaluate = try evaluation.bind(arguments(running[0], running[1]), at: addresses)
        let situation = addresses.situation
        return { if situation.pointee.purpose == .evaluation { evaluate() } else { train() } }
      }
    ]
  }

  /// The gradients of x and, where there is a scale, of that and the shift, all overwritten.
  func normalizeChannelsBackward(
    _ x: Operand, epsilon: Float, affine: [TensorID], upstream: Operand, mean: TensorID,
    variance: TensorID, gradients: [TensorID]
  ) throws(KernelError) -> [Kernel] {
    guard x.shape.elementCount > 0 else {
      let channels = x.shape.sizes[1]
      return gradients.dropFirst().map { fill($0, count: channels, with: 0) }
    }
    let threads = threads(elements: x.shape.elementCount)
    let form = try ChannelForm(x, isAffine: !affine.isEmpty)
    var forward = try form.forward(epsilon, usesRunning: false)
    let hint = try PrimitiveDescription("batch norm", context: context, operation: &forward)
    var operation = try form.backward(epsilon)
    let primitive = try primitive(
      "batch norm backward", threads: threads, operation: &operation, hint: hint)
    var arguments = [
      Argument(index: DNNL_ARG_SRC, tensor: x.tensor, description: form.data),
      Argument(index: DNNL_ARG_DIFF_DST, tensor: upstream.tensor, description: form.data),
      Argument(index: DNNL_ARG_DIFF_SRC, tensor: gradients[0], description: form.data),
      Argument(index: DNNL_ARG_MEAN, tensor: mean, description: form.channels),
      Argument(index: DNNL_ARG_VARIANCE, tensor: variance, description: form.channels),
    ]
    // oneDNN 2.6 counts the shift among the inputs of backward, though nothing depends on it.
    for (tensor, index) in zip(affine, [DNNL_ARG_SCALE, DNNL_ARG_SHIFT]) {
      arguments.append(Argument(index: index, tensor: tensor, description: form.channels))
    }
    let indices = [DNNL_ARG_DIFF_SCALE, DNNL_ARG_DIFF_SHIFT]
    for (tensor, index) in zip(gradients.dropFirst(), indices) {
      arguments.append(Argument(index: index, tensor: tensor, description: form.channels))
    }
    return [
      kernel(
        "batch norm backward", primitive, threads: threads, arguments: arguments,
        reads: [x.tensor, upstream.tensor, mean, variance] + affine,
        writes: gradients)
    ]
  }

  /// Moves running statistics towards those of the batch.
  ///
  /// - Parameter buffers: Running mean, running variance, number of batches.
  func trackStatistics(
    of x: Shape, mean: TensorID, variance: TensorID, in buffers: [TensorID], momentum: Float?
  ) -> Kernel {
    let channels = x.sizes[1]
    let values = Float(x.elementCount / max(1, channels))
    return Kernel(
      "running statistics", reads: [mean, variance], writes: buffers, changesBuffers: true
    ) { addresses throws(KernelError) in
      let (m, v) = (addresses.floats(mean), addresses.floats(variance))
      let (runningMean, runningVariance) =
        (addresses.floats(buffers[0]), addresses.floats(buffers[1]))
      let (batches, situation) = (addresses.floats(buffers[2]), addresses.situation)
      return {
        guard situation.pointee.purpose == .training else { return }
        batches[0] += 1
        let step = momentum ?? 1 / batches[0]
        for channel in 0..<channels {
          runningMean[channel] = (1 - step) * runningMean[channel] + step * m[channel]
          let unbiased = v[channel] * (values / (values - 1))
          runningVariance[channel] = (1 - step) * runningVariance[channel] + step * unbiased
        }
      }
    }
  }
}

/// The descriptors of one batch normalization.
private struct ChannelForm {
  let data: dnnl_memory_desc_t
  let channels: dnnl_memory_desc_t
  private let isAffine: Bool

  init(_ x: Operand, isAffine: Bool) throws(KernelError) {
    let sizes = x.shape.sizes
    // For three dimensions oneDNN 2.6 has its reference kernel only.
    data = try x.laidOut(sizes.count == 3 ? [sizes[0], sizes[1], 1, sizes[2]] : sizes).description
    channels = try describe([sizes[1]])
    self.isAffine = isAffine
  }

  private var flags: UInt32 {
    isAffine ? dnnl_use_scale.rawValue | dnnl_use_shift.rawValue : 0
  }

  func forward(
    _ epsilon: Float, usesRunning: Bool
  ) throws(KernelError) -> dnnl_batch_normalization_desc_t {
    var (operation, data) = (dnnl_batch_normalization_desc_t(), data)
    let status = dnnl_batch_normalization_forward_desc_init(
      &operation, usesRunning ? dnnl_forward_inference : dnnl_forward_training, &data, epsilon,
      usesRunning ? flags | dnnl_use_global_stats.rawValue : flags)
    try check(status, "batch norm")
    return operation
  }

  func backward(_ epsilon: Float) throws(KernelError) -> dnnl_batch_normalization_desc_t {
    var (operation, data) = (dnnl_batch_normalization_desc_t(), data)
    var gradient = data
    let status = dnnl_batch_normalization_backward_desc_init(
      &operation, isAffine ? dnnl_backward : dnnl_backward_data, &gradient, &data, epsilon, flags)
    try check(status, "batch norm backward")
    return operation
  }
}
