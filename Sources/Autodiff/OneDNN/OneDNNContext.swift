internal import COneDNN

/// oneDNN's engine and stream for the processor.
///
/// Executions run in the calling thread and in libgomp's pool of that thread, so all of a plan's
/// kernels are run from one thread.
final class OneDNNContext {
  let engine: dnnl_engine_t
  let stream: dnnl_stream_t

  init() throws(KernelError) {
    var engine: dnnl_engine_t?
    try check(dnnl_engine_create(&engine, dnnl_cpu, 0), "engine")
    guard let engine else { throw KernelError(kernel: "engine", reason: "oneDNN gave none") }
    var stream: dnnl_stream_t?
    let flags = dnnl_stream_default_flags.rawValue
    try check(dnnl_stream_create(&stream, engine, flags), "stream")
    guard let stream else { throw KernelError(kernel: "stream", reason: "oneDNN gave none") }
    self.engine = engine
    self.stream = stream
  }

  deinit {
    dnnl_stream_destroy(stream)
    dnnl_engine_destroy(engine)
  }
}

/// Turns a failed status into an error that names the kernel.
func check(_ status: dnnl_status_t, _ kernel: String) throws(KernelError) {
  guard status != dnnl_success else { return }
  let reason =
    switch status {
    case dnnl_out_of_memory: "out of memory"
    case dnnl_invalid_arguments: "invalid arguments"
    case dnnl_unimplemented: "oneDNN has no implementation for these shapes"
    case dnnl_runtime_error: "runtime error"
    default: "oneDNN status \(status.rawValue)"
    }
  throw KernelError(kernel: kernel, reason: reason)
}

extension ElementType {
  /// As oneDNN calls it.
  var dataType: dnnl_data_type_t {
    switch self {
    case .float32: dnnl_f32
    case .bfloat16: dnnl_bf16
    case .int32: dnnl_s32
    }
  }
}

/// The memory descriptor of a dense or strided tensor.
func describe(
  _ sizes: [Int], strides: [Int]? = nil, type: ElementType = .float32
) throws(KernelError) -> dnnl_memory_desc_t {
  var strides = strides ?? []
  if strides.isEmpty {
    strides = Array(repeating: 1, count: sizes.count)
    for axis in stride(from: sizes.count - 2, through: 0, by: -1) {
      strides[axis] = strides[axis + 1] * max(1, sizes[axis + 1])
    }
  }
  var description = dnnl_memory_desc_t()
  let status = sizes.map(Int64.init).withUnsafeBufferPointer { sizes in
    strides.map(Int64.init).withUnsafeBufferPointer { strides in
      dnnl_memory_desc_init_by_strides(
        &description, Int32(sizes.count), sizes.baseAddress, type.dataType, strides.baseAddress)
    }
  }
  try check(status, "memory descriptor")
  return description
}

/// The memory descriptor of a tensor in one of oneDNN's formats.
func describe(
  _ sizes: [Int], format: dnnl_format_tag_t, type: ElementType = .float32
) throws(KernelError) -> dnnl_memory_desc_t {
  var description = dnnl_memory_desc_t()
  let status = sizes.map(Int64.init).withUnsafeBufferPointer { sizes in
    dnnl_memory_desc_init_by_tag(
      &description, Int32(sizes.count), sizes.baseAddress, type.dataType, format)
  }
  try check(status, "memory descriptor")
  return description
}

/// The sizes as oneDNN takes them: a scalar is a vector of one element.
func dimensions(_ shape: Shape) -> [Int] { shape.sizes.isEmpty ? [1] : shape.sizes }
