internal import COneDNN

/// One argument of a oneDNN primitive: which tensor, described how, as what.
struct Argument {
  let index: Int32
  let tensor: TensorID
  let description: dnnl_memory_desc_t
  /// Where in the tensor it starts, in bytes.
  var offset = 0
}

/// A oneDNN primitive, created once; its arguments are attached when addresses are known.
///
/// Its scratchpad is ours, so that it stands in the arena.
final class CompiledPrimitive {
  private let context: OneDNNContext
  private let primitive: dnnl_primitive_t
  private let scratchpad: dnnl_memory_desc_t
  private let name: String
  private var memories: [dnnl_memory_t] = []
  private var lists: [UnsafeMutableBufferPointer<dnnl_exec_arg_t>] = []

  /// Bytes of its scratchpad.
  let scratchBytes: Int
  /// Where on the stack it is to run; nil: anywhere.
  var place: StackPlace?

  /// - Parameters:
  ///   - operation: An initialized op descriptor.
  ///   - hint: For backward: the forward primitive's descriptor.
  convenience init(
    _ name: String, context: OneDNNContext, operation: UnsafeRawPointer, sums: Bool = false,
    scale: Float = 1, activation: Elementwise? = nil, hint: PrimitiveDescription? = nil
  ) throws(KernelError) {
    let description = try PrimitiveDescription(
      name, context: context, operation: operation, sums: sums, scale: scale,
      activation: activation, hint: hint)
    try self.init(name, context: context, description: description)
  }

  /// What `description` describes.
  init(
    _ name: String, context: OneDNNContext, description: PrimitiveDescription
  ) throws(KernelError) {
    var primitive: dnnl_primitive_t?
    try check(dnnl_primitive_create(&primitive, description.handle), name)
    guard let primitive else { throw KernelError(kernel: name, reason: "oneDNN gave none") }
    guard
      let scratch = dnnl_primitive_desc_query_md(
        description.handle, dnnl_query_scratchpad_md, 0)
    else {
      dnnl_primitive_destroy(primitive)
      throw KernelError(kernel: name, reason: "no scratchpad descriptor")
    }
    self.name = name
    self.context = context
    self.primitive = primitive
    scratchpad = scratch.pointee
    scratchBytes = dnnl_memory_desc_get_size(scratch)
  }

  deinit {
    for memory in memories { dnnl_memory_destroy(memory) }
    for list in lists { list.deallocate() }
    dnnl_primitive_destroy(primitive)
  }

  /// Attaches arguments; what comes back runs the primitive.
  func bind(_ list: [Argument], at addresses: Addresses) throws(KernelError) -> () -> Void {
    try runner(
      list.map { ($0.index, $0.description, addresses.raw($0.tensor) + $0.offset) }
        + [(DNNL_ARG_SCRATCHPAD, scratchpad, addresses.scratch)])
  }

  /// Attaches arguments that stand elsewhere at each call.
  ///
  /// What comes back runs the primitive on what stands at the addresses, in the order of `list`. It
  /// takes no scratchpad.
  ///
  /// Each thread that runs it needs one of its own.
  func bindMoving(
    _ list: [(index: Int32, description: dnnl_memory_desc_t)]
  ) throws(KernelError) -> (UnsafePointer<UnsafeMutableRawPointer>) -> Void {
    guard scratchBytes == 0 else {
      throw KernelError(kernel: name, reason: "it needs scratch memory where it has none")
    }
    let first = memories.count
    let run = try runner(list.map { ($0.index, $0.description, nil) })
    let moving = ContiguousArray(memories[first...])
    return { addresses in
      for (position, memory) in moving.enumerated() {
        dnnl_memory_set_data_handle(memory, addresses[position])
      }
      run()
    }
  }

  private func runner(
    _ list: [(Int32, dnnl_memory_desc_t, UnsafeMutableRawPointer?)]
  ) throws(KernelError) -> () -> Void {
    let arguments = UnsafeMutableBufferPointer<dnnl_exec_arg_t>.allocate(capacity: list.count)
    arguments.initialize(repeating: dnnl_exec_arg_t())
    lists.append(arguments)
    for (position, (index, description, address)) in list.enumerated() {
      arguments[position] = dnnl_exec_arg_t(
        arg: index, memory: try memory(description, at: address))
    }
    guard let first = arguments.baseAddress else { return {} }
    let (stream, count) = (context.stream, Int32(arguments.count))
    return { [self] in
      let status =
        if let place {
          gradtop_execute_at(place.offset, place.period, primitive, stream, count, first)
        } else {
          dnnl_primitive_execute(primitive, stream, count, first)
        }
      precondition(status == dnnl_success, "\(name): a checked primitive failed to run")
    }
  }

  private func memory(
    _ description: dnnl_memory_desc_t, at address: UnsafeMutableRawPointer?
  ) throws(KernelError) -> dnnl_memory_t {
    var (memory, description): (dnnl_memory_t?, dnnl_memory_desc_t) = (nil, description)
    try check(dnnl_memory_create(&memory, &description, context.engine, address), name)
    guard let memory else { throw KernelError(kernel: name, reason: "oneDNN gave no memory") }
    memories.append(memory)
    return memory
  }
}

/// A oneDNN primitive descriptor with a scratchpad of the caller's.
final class PrimitiveDescription {
  let handle: dnnl_primitive_desc_t

  /// - Parameters:
  ///   - sums: Whether the result is added to what the destination holds.
  ///   - scale: What the result is multiplied by before that.
  ///   - activation: What is applied to the result in the end.
  init(
    _ name: String, context: OneDNNContext, operation: UnsafeRawPointer, sums: Bool = false,
    scale: Float = 1, activation: Elementwise? = nil, hint: PrimitiveDescription? = nil
  ) throws(KernelError) {
    var attributes: dnnl_primitive_attr_t?
    try check(dnnl_primitive_attr_create(&attributes), name)
    defer { dnnl_primitive_attr_destroy(attributes) }
    try check(
      dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user), name)
    if scale != 1 {
      var scale = scale
      try check(dnnl_primitive_attr_set_output_scales(attributes, 1, 0, &scale), name)
    }
    if sums || activation != nil {
      var operations: dnnl_post_ops_t?
      try check(dnnl_post_ops_create(&operations), name)
      defer { dnnl_post_ops_destroy(operations) }
      if sums { try check(dnnl_post_ops_append_sum(operations, 1), name) }
      if let activation {
        let (alpha, beta) = activation.parameters
        try check(
          dnnl_post_ops_append_eltwise(operations, 1, activation.forward, alpha, beta), name)
      }
      try check(dnnl_primitive_attr_set_post_ops(attributes, operations), name)
    }
    var handle: dnnl_primitive_desc_t?
    try check(
      dnnl_primitive_desc_create(&handle, operation, attributes, context.engine, hint?.handle), name
    )
    guard let handle else { throw KernelError(kernel: name, reason: "oneDNN gave none") }
    self.handle = handle
  }

  /// A copy from one layout to another.
  init(
    reorderFrom source: dnnl_memory_desc_t, to target: dnnl_memory_desc_t, context: OneDNNContext
  ) throws(KernelError) {
    var attributes: dnnl_primitive_attr_t?
    try check(dnnl_primitive_attr_create(&attributes), "reorder")
    defer { dnnl_primitive_attr_destroy(attributes) }
    try check(
      dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user), "reorder")
    var (source, target) = (source, target)
    var handle: dnnl_primitive_desc_t?
    try check(
      dnnl_reorder_primitive_desc_create(
        &handle, &source, context.engine, &target, context.engine, attributes), "reorder")
    guard let handle else { throw KernelError(kernel: "reorder", reason: "oneDNN gave none") }
    self.handle = handle
  }

  deinit { dnnl_primitive_desc_destroy(handle) }

  /// The layout that the primitive takes or gives, as oneDNN chose it.
  func layout(_ query: dnnl_query_t, _ kernel: String) throws(KernelError) -> dnnl_memory_desc_t {
    guard let description = dnnl_primitive_desc_query_md(handle, query, 0) else {
      throw KernelError(kernel: kernel, reason: "no memory descriptor")
    }
    return description.pointee
  }
}
