internal import Autodiff
internal import TraceFormat

/// Turns what an inspection reads of an op into a detail of the trace.
struct OpDetails {
  let network: Network
  let step: Int

  func detail(_ reading: OpReading) -> Detail {
    var detail = Detail()
    detail.step = UInt64(step)
    detail.node = UInt32(reading.node.index)
    detail.phase = reading.phase == .backward ? .backward : .forward
    detail.row = UInt32(reading.row)
    detail.inputs = reading.inputs.map(tensor)
    detail.output = reading.output.map(tensor)
    detail.upstream = reading.upstream.map(tensor)
    detail.outgoing = reading.outgoing.map(tensor)
    return detail
  }

  private func tensor(_ reading: TensorReading) -> Detail.Tensor {
    var tensor = Detail.Tensor()
    tensor.name = name(of: reading.value)
    tensor.shape = network[reading.value].shape.sizes.map { UInt64($0) }
    tensor.norm = reading.norm
    tensor.nonFinite = UInt64(reading.nonFinite)
    tensor.values = reading.elements
    tensor.isAdded = reading.isAdded
    return tensor
  }

  private func name(of value: ValueID) -> String {
    switch network[value].origin {
    case .input: return "$input"
    case .target: return "$target"
    case .parameter(let id): return network[id].name
    case .buffer(let id): return network.buffers[id.index].name
    case .node(let id): return network[id].name
    case .constant:
      let source = network.nodes.first { $0.operands.isEmpty && $0.result == value }
      return source?.name ?? "constant"
    }
  }
}
