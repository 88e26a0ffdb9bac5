internal import COneDNN

/// What the elements of each value are, from where it is made to where backward has used it, and
/// which kernels take them as they are.
///
/// With precision bf16 all activations and their gradients are bfloat16, where oneDNN has kernels for
/// that: they take half the memory, and products half the time. A kernel that computes in single
/// precision alone gets copies. Without such kernels activations stay float32 and are rounded: they
/// take the same values, but for the order in which sums are made.
struct Storage {
  /// By value, and for its gradient.
  private(set) var types: [ElementType]
  /// By node: whether its kernels take and give bfloat16.
  private(set) var isHalf: [Bool]
  /// By node that takes bfloat16: which operands are that.
  private var halves: [[Bool]]

  /// - Parameters:
  ///   - shares: Whether a node's result is its first operand's bytes.
  ///   - isRounded: Whether a node's result is an activation in bfloat16.
  init(
    _ network: Network, isUsed: Bool, shares: (NodeID) -> Bool,
    isRounded: (Network.Node) -> Bool
  ) {
    types = network.values.map(\.type)
    isHalf = network.nodes.map { _ in false }
    halves = network.nodes.map { _ in [] }
    // oneDNN refuses empty tensors, and what stands in for its kernels is made for float32.
    guard isUsed, !network.values.contains(where: { $0.shape.elementCount == 0 }) else { return }
    for (index, node) in network.nodes.enumerated() {
      if shares(NodeID(index: index)), let first = node.operands.first {
        types[node.result.index] = types[first.index]
      } else if isRounded(node) {
        types[node.result.index] = .bfloat16
      }
      guard types[node.result.index] == .bfloat16, !node.primitive.isView,
        let taken = node.primitive.bfloat16Operands(
          node.operands.map { network[$0].shape }, network[node.result].shape)
      else { continue }
      isHalf[index] = zip(node.operands, taken).allSatisfy { operand, isTaken in
        switch types[operand.index] {
        case .bfloat16: isTaken
        case .float32: !isTaken || node.primitive.isProduct
        case .int32: !isTaken
        }
      }
      halves[index] = taken
    }
  }

  /// The type in which a node's kernels take an operand of real numbers.
  func type(ofOperand position: Int, of node: NodeID) -> ElementType {
    isHalf[node.index] && halves[node.index][position] ? .bfloat16 : .float32
  }
}

extension KernelFactory {
  /// Whether oneDNN's kernels for bfloat16 are quicker than those for float32 here.
  public static let hasBFloat16: Bool = {
    let (isa, wanted) = (dnnl_get_effective_cpu_isa(), dnnl_cpu_isa_avx512_core_bf16)
    return isa.rawValue & wanted.rawValue == wanted.rawValue
  }()

  /// `x` in float32: itself, or a copy that is made after `kernels`.
  func inSinglePrecision(
    _ x: Operand, after kernels: inout [Kernel]
  ) throws(KernelError) -> Operand {
    guard x.type == .bfloat16 else { return x }
    let copy = temporary(x.shape, x.layout)
    kernels += try reorder(x, into: copy)
    return copy
  }
}
