internal import COneDNN

/// Makes the kernels that primitives are built of; the heavy ones are oneDNN's.
///
/// How many threads a kernel gets is decided here, once, by how much it does: waking a thread costs
/// microseconds, so that a small kernel is quicker alone.
public final class KernelFactory {
  let context: OneDNNContext
  /// The most threads that a kernel may use.
  let threads: Int
  /// The tensors of the plan being made.
  let tensors = TensorTable()

  /// - Parameter threads: The most threads that a kernel may use.
  public init(threads: Int) throws(KernelError) {
    context = try OneDNNContext()
    self.threads = max(1, threads)
  }

  /// Floating-point operations from which a product is worth several threads.
  static let parallelFlops = 1_500_000

  /// Elements from which an elementwise kernel is worth several threads.
  static let parallelElements = 100_000

  func threads(flops: Int) -> Int { flops >= Self.parallelFlops ? threads : 1 }

  func threads(elements: Int) -> Int { elements >= Self.parallelElements ? threads : 1 }

  /// oneDNN plans a primitive's work for as many threads as may run when it is created.
  func primitive(
    _ name: String, threads: Int, operation: UnsafeRawPointer, sums: Bool = false,
    scale: Float = 1, activation: Elementwise? = nil, hint: PrimitiveDescription? = nil
  ) throws(KernelError) -> CompiledPrimitive {
    omp_set_num_threads(Int32(threads))
    return try CompiledPrimitive(
      name, context: context, operation: operation, sums: sums, scale: scale,
      activation: activation, hint: hint)
  }

  /// A kernel around a oneDNN primitive.
  func kernel(
    _ name: String, _ primitive: CompiledPrimitive, threads: Int, arguments: [Argument],
    reads: [TensorID], writes: [TensorID], pointwise: Pointwise? = nil
  ) -> Kernel {
    Kernel(
      name, reads: reads, writes: writes, scratchBytes: primitive.scratchBytes, threads: threads,
      pointwise: pointwise
    ) { addresses throws(KernelError) in try primitive.bind(arguments, at: addresses) }
  }
}
