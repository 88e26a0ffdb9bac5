/// What a tensor's bytes are for; the names are PyTorch's.
public enum MemoryCategory: Int, CaseIterable, Sendable {
  case parameter, optimizerState, input, temporary, activation, gradient
}

/// The tensors of a plan: their sizes and what they are for.
final class TensorTable {
  struct Tensor {
    var bytes: Int
    var category: MemoryCategory
    /// Keeps its bytes from step to step.
    var isPersistent: Bool
    /// The tensor whose bytes it shares.
    var root: TensorID
  }

  private(set) var tensors: [Tensor] = []

  /// A tensor of its own bytes.
  func make(
    _ shape: Shape, _ category: MemoryCategory, isPersistent: Bool = false,
    type: ElementType = .float32
  ) -> TensorID {
    make(bytes: shape.elementCount * type.byteCount, category, isPersistent: isPersistent)
  }

  func make(bytes: Int, _ category: MemoryCategory, isPersistent: Bool = false) -> TensorID {
    let id = TensorID(index: tensors.count)
    tensors.append(
      Tensor(bytes: bytes, category: category, isPersistent: isPersistent, root: id))
    return id
  }

  /// Another name for the bytes of `tensor`.
  func makeView(of tensor: TensorID) -> TensorID {
    let id = TensorID(index: tensors.count)
    tensors.append(tensors[tensor.index])
    return id
  }

  subscript(id: TensorID) -> Tensor { tensors[id.index] }

  func root(of tensor: TensorID) -> TensorID { tensors[tensor.index].root }
}

extension KernelFactory {
  /// A tensor that lives only while the kernels run that use it.
  func temporary(
    _ shape: Shape, _ layout: ChannelLayout = .plain, _ type: ElementType = .float32
  ) -> Operand {
    Operand(
      tensor: tensors.make(shape, .temporary, type: type), shape: shape, layout: layout, type: type)
  }
}
