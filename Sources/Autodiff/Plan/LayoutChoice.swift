/// A primitive that works best where its result stands in a layout of its own choice.
protocol ChoosesLayout: Primitive {
  /// The layout of the result that its kernel writes without a copy.
  func preferredLayout(
    _ operands: [Shape], _ result: Shape, _ type: ElementType, _ kernels: KernelFactory
  ) throws(KernelError) -> ChannelLayout
}

/// In which layout each value stands, from where it is made to where backward has used it.
///
/// A convolution chooses one; what comes behind it works in that as far as it can, so that nothing
/// is brought back into row order between two convolutions. A value gets a layout only where someone
/// is better off with it, and nobody reads its bytes as those of another shape. A gradient stands as
/// its value does.
struct LayoutChoice {
  /// By value.
  private(set) var layouts: [ChannelLayout]
  /// By node: whether its kernels take operands and result as they stand; else all are brought into
  /// row order.
  private(set) var isKept: [Bool]

  /// All in row order.
  init(rowOrder network: Network) {
    layouts = network.values.map { _ in .plain }
    isKept = network.nodes.map { _ in true }
  }

  /// - Parameters:
  ///   - shares: By node, whether its result is its first operand's bytes.
  ///   - storage: What elements are.
  init(
    _ network: Network, shares: (NodeID) -> Bool, storage: Storage, kernels: KernelFactory
  ) throws(PlanError) {
    self.init(rowOrder: network)
    guard network.nodes.contains(where: { $0.primitive is any ChoosesLayout }) else { return }
    let wanted = Self.wanted(network, shares)
    for (index, node) in network.nodes.enumerated() {
      guard let first = node.operands.first else { continue }
      let mayStand = wanted[node.result.index]
      let given = layouts[first.index]
      let (use, data) = (Self.use(node, network), Self.data(node, network))
      switch use {
      case .rowOrder: break
      case .elementwise, .channels:
        if mayStand, !data.isEmpty, data.allSatisfy({ layouts[$0.index] == given }) {
          layouts[node.result.index] = given
        }
      case .free:
        guard mayStand else { continue }
        if let chooser = node.primitive as? any ChoosesLayout {
          do {
            layouts[node.result.index] = try chooser.preferredLayout(
              node.operands.map { network[$0].shape }, network[node.result].shape,
              storage.isHalf[index] ? .bfloat16 : .float32, kernels)
          } catch { throw .kernel(node: node.name, error) }
        } else {
          layouts[node.result.index] = given
        }
        continue
      }
      let standing = use == .channels ? data : node.operands
      isKept[index] = standing.allSatisfy { layouts[$0.index] == layouts[node.result.index] }
    }
  }

  /// By value: whether it may stand in a layout, and someone wants that.
  private static func wanted(_ network: Network, _ shares: (NodeID) -> Bool) -> [Bool] {
    var wanted = network.values.map { _ in false }
    var barred = wanted
    for (index, node) in network.nodes.enumerated().reversed() {
      guard let first = node.operands.first else { continue }
      let isWanted = wanted[node.result.index] && !barred[node.result.index]
      switch use(node, network) {
      case .rowOrder: if node.primitive.isView { barred[first.index] = true }
      case .free: wanted[first.index] = true
      case .elementwise, .channels:
        if isWanted { for value in data(node, network) { wanted[value.index] = true } }
        if shares(NodeID(index: index)), !isWanted { barred[first.index] = true }
      }
    }
    return zip(wanted, barred).map { $0 && !$1 }
  }

  private static func use(_ node: Network.Node, _ network: Network) -> LayoutUse {
    // Images without channels.
    if node.primitive is any Pooling, network[node.result].shape.rank < 4 { return .rowOrder }
    return node.primitive.layoutUse
  }

  /// The operands that stand as the result does: none where shapes are stretched.
  private static func data(_ node: Network.Node, _ network: Network) -> [ValueID] {
    if node.primitive.layoutUse == .channels { return [node.operands[0]] }
    let shape = network[node.result].shape
    return node.operands.allSatisfy { network[$0].shape == shape } ? node.operands : []
  }
}
