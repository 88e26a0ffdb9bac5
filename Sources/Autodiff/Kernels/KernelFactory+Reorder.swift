internal import COneDNN

/// A tensor with the layout in which its elements stand.
struct LaidOut {
  var tensor: TensorID
  var description: dnnl_memory_desc_t

  /// Bytes that the layout needs, padding included.
  var byteCount: Int {
    var description = description
    return dnnl_memory_desc_get_size(&description)
  }

  /// Whether the elements stand as `other` says.
  func stands(as other: dnnl_memory_desc_t) -> Bool {
    var (a, b) = (description, other)
    return dnnl_memory_desc_equal(&a, &b) != 0
  }
}

extension KernelFactory {
  /// `x` in another layout: itself where it has that already, else a copy.
  ///
  /// - Parameter kernels: Gets the kernel that makes the copy.
  func laidOut(
    _ x: LaidOut, as layout: dnnl_memory_desc_t, after kernels: inout [Kernel]
  ) throws(KernelError) -> LaidOut {
    guard !x.stands(as: layout) else { return x }
    let copy = room(for: layout)
    kernels.append(try reorder(x, into: copy))
    return copy
  }

  /// Where a kernel writes what is to stand in `y`: `y` itself where it has the layout, else a tensor
  /// that `kernels` copies there.
  func destination(
    _ y: LaidOut, as layout: dnnl_memory_desc_t, before kernels: inout [Kernel]
  ) throws(KernelError) -> LaidOut {
    guard !y.stands(as: layout) else { return y }
    let part = room(for: layout)
    kernels.append(try reorder(part, into: y))
    return part
  }

  private func room(for layout: dnnl_memory_desc_t) -> LaidOut {
    var result = LaidOut(tensor: TensorID(index: 0), description: layout)
    result.tensor = tensors.make(bytes: result.byteCount, .temporary)
    return result
  }

  func reorder(
    _ x: LaidOut, into y: LaidOut, pointwise: Pointwise? = nil
  ) throws(KernelError) -> Kernel {
    let threads = threads(elements: max(x.byteCount, y.byteCount) / 4)
    return kernel(
      "reorder", try copier(x.description, y.description, threads: threads), threads: threads,
      arguments: [
        Argument(index: DNNL_ARG_SRC, tensor: x.tensor, description: x.description),
        Argument(index: DNNL_ARG_DST, tensor: y.tensor, description: y.description),
      ], reads: [x.tensor], writes: [y.tensor], pointwise: pointwise)
  }

  /// What copies from one layout to another.
  func copier(
    _ x: dnnl_memory_desc_t, _ y: dnnl_memory_desc_t, threads: Int
  ) throws(KernelError) -> CompiledPrimitive {
    omp_set_num_threads(Int32(threads))
    return try CompiledPrimitive(
      "reorder", context: context,
      description: PrimitiveDescription(reorderFrom: x, to: y, context: context))
  }
}
