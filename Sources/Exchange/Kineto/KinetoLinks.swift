import TraceFormat

/// Which forward op a backward op reverses.
struct KinetoLinks: Sendable {
  /// The nodes of one step.
  struct Nodes {
    /// By position in the step; nil for what is no forward op and reverses none.
    var ofUnit: [UInt32?]
    /// By forward op: the operands of the function that reverses it first, which are the gradient of
    /// its output; -1 without.
    var gradients: [Int32]
    /// Names of the backward functions that belong to no op.
    var loose: [KinetoTexts.ID]
  }

  private let units: [KinetoUnits.Unit]
  /// The forward unit that each unit reverses; -1 for none.
  private var forwardOf: [Int32]

  init(_ events: KinetoEvents, _ units: KinetoUnits) {
    self.units = units.units
    forwardOf = Array(repeating: -1, count: units.units.count)
    linkByFlows(events, units)
    linkBySequence(events, units)
  }

  private mutating func linkByFlows(_ events: KinetoEvents, _ units: KinetoUnits) {
    for flow in events.flows.values {
      guard flow.forward >= 0, flow.backward >= 0 else { continue }
      let forward = units.unitOfSlice[Int(flow.forward)]
      let backward = units.unitOfSlice[Int(flow.backward)]
      guard forward >= 0, backward >= 0, self.units[Int(forward)].phase == .forward else {
        continue
      }
      forwardOf[Int(backward)] = forward
    }
  }

  /// Ops without a derivative peek the next number: of several forward ops with one, the last to
  /// start is the one.
  private mutating func linkBySequence(_ events: KinetoEvents, _ units: KinetoUnits) {
    let open = self.units.indices.filter {
      self.units[$0].phase == .backward && self.units[$0].sequence >= 0 && forwardOf[$0] < 0
    }
    guard !open.isEmpty else { return }
    var forward: [Int64: (start: Int64, unit: Int32)] = [:]
    for (index, slice) in events.slices.enumerated() where slice.sequence >= 0 {
      let unit = units.unitOfSlice[index]
      guard unit >= 0, self.units[Int(unit)].phase == .forward else { continue }
      if let known = forward[slice.sequence], known.start > slice.start { continue }
      forward[slice.sequence] = (slice.start, unit)
    }
    for unit in open { forwardOf[unit] = forward[self.units[unit].sequence]?.unit ?? -1 }
  }

  /// The nodes of the step that consists of the units in `range`.
  ///
  /// What autograd runs between two linked functions, as `AccumulateGrad`, belongs to the one before.
  func nodes(of range: Range<Int>, summary: inout KinetoImport.Summary) -> Nodes {
    var nodes = Nodes(ofUnit: [], gradients: [], loose: [])
    nodes.ofUnit.reserveCapacity(range.count)
    var count: UInt32 = 0
    var last: UInt32?
    for index in range {
      let unit = units[index]
      var node: UInt32?
      if unit.phase == .forward {
        node = count
        nodes.gradients.append(-1)
        count += 1
      } else if unit.phase == .backward {
        if !unit.accumulates { summary.backward += 1 }
        let forward = Int(forwardOf[index])
        if forward >= range.lowerBound, forward < index {
          summary.linked += 1
          last = nodes.ofUnit[forward - range.lowerBound]
          if let last, nodes.gradients[Int(last)] < 0 {
            nodes.gradients[Int(last)] = unit.operands
          }
        }
        node = last
        if node == nil { nodes.loose.append(unit.name) }
      }
      nodes.ofUnit.append(node)
    }
    return nodes
  }
}
