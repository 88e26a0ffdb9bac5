import TraceFormat

/// Which forward op a backward op reverses.
struct KinetoLinks {
  /// The nodes of one step.
  struct Nodes {
    /// By position in the step; nil for what is no forward op and reverses none.
    var ofUnit: [UInt32?]
    /// Names of the backward functions that belong to no op.
    var loose: [String]
  }

  private let units: [KinetoUnits.Unit]
  /// The forward unit that a backward unit reverses.
  private var forwardOf: [Int: Int] = [:]

  init(_ events: KinetoEvents, _ units: KinetoUnits) {
    self.units = units.units
    linkByFlows(events, units)
    linkBySequence(events, units)
  }

  private mutating func linkByFlows(_ events: KinetoEvents, _ units: KinetoUnits) {
    for flow in events.flows.values {
      guard let forward = flow.forward, let backward = flow.backward else { continue }
      let pair = (units.unitOfSlice[forward], units.unitOfSlice[backward])
      guard pair.0 >= 0, pair.1 >= 0, self.units[Int(pair.0)].phase == .forward else { continue }
      forwardOf[Int(pair.1)] = Int(pair.0)
    }
  }

  /// Ops without a derivative peek the next number: of several forward ops with one, the last to
  /// start is the one.
  private mutating func linkBySequence(_ events: KinetoEvents, _ units: KinetoUnits) {
    let open = self.units.indices.filter {
      self.units[$0].phase == .backward && self.units[$0].sequence >= 0 && forwardOf[$0] == nil
    }
    guard !open.isEmpty else { return }
    var forward: [Int64: (start: Int64, unit: Int)] = [:]
    for (index, slice) in events.slices.enumerated() where slice.sequence >= 0 {
      let unit = Int(units.unitOfSlice[index])
      guard unit >= 0, self.units[unit].phase == .forward else { continue }
      if let known = forward[slice.sequence], known.start > slice.start { continue }
      forward[slice.sequence] = (slice.start, unit)
    }
    for unit in open { forwardOf[unit] = forward[self.units[unit].sequence]?.unit }
  }

  /// The nodes of the step that consists of the units in `range`.
  ///
  /// What autograd runs between two linked functions, as `AccumulateGrad`, belongs to the one before.
  func nodes(of range: Range<Int>, summary: inout KinetoImport.Summary) -> Nodes {
    var nodes = Nodes(ofUnit: [], loose: [])
    var numbers: [Int: UInt32] = [:]
    var last: UInt32?
    for index in range {
      let unit = units[index]
      var node: UInt32?
      if unit.phase == .forward {
        node = UInt32(numbers.count)
        numbers[index] = node
      } else if unit.phase == .backward {
        if !unit.name.hasSuffix("AccumulateGrad") { summary.backward += 1 }
        if let linked = forwardOf[index].flatMap({ numbers[$0] }) {
          summary.linked += 1
          last = linked
        }
        node = last
        if node == nil { nodes.loose.append(unit.name) }
      }
      nodes.ofUnit.append(node)
    }
    return nodes
  }
}
