/// A plan's rows with their memory, and where each tensor stands.
struct PlannedMemory {
  var rows: [PlanRow]
  var packing: ArenaPacking
  /// By tensor, views included.
  var offsets: [Int]
}

extension PlanBuilder {
  /// Packs the arena and accounts for it.
  func packed() -> PlannedMemory {
    let tensors = factory.tensors.tensors
    // One moment after the last kernel, in which the optimizer runs.
    let end = kernels.count
    let lifetimes = tensors.indices.compactMap { index -> Lifetime? in
      let tensor = tensors[index]
      guard tensor.root.index == index, tensor.bytes > 0,
        !locals.contains(TensorID(index: index))
      else { return nil }
      if tensor.isPersistent {
        return Lifetime(tensor: index, bytes: tensor.bytes, first: 0, last: end)
      }
      guard let first = uses.first[index], let last = uses.last[index] else { return nil }
      return Lifetime(tensor: index, bytes: tensor.bytes, first: first, last: last)
    }
    let packing = ArenaPacking(lifetimes, tensors: tensors.count)
    let offsets = tensors.indices.map { packing.offsets[tensors[$0].root.index] }
    var rows = rows
    fillLiveBytes(of: &rows, lifetimes)
    fillSavedBytes(of: &rows)
    return PlannedMemory(rows: rows, packing: packing, offsets: offsets)
  }

  private func fillLiveBytes(of rows: inout [PlanRow], _ lifetimes: [Lifetime]) {
    let tensors = factory.tensors.tensors
    let categories = MemoryCategory.allCases.count
    var live = Array(repeating: Array(repeating: 0, count: categories), count: kernels.count + 2)
    for lifetime in lifetimes {
      let category = tensors[lifetime.tensor].category.rawValue
      live[lifetime.first][category] += ArenaPacking.aligned(lifetime.bytes)
      live[lifetime.last + 1][category] -= ArenaPacking.aligned(lifetime.bytes)
    }
    for time in live.indices.dropFirst() {
      for category in 0..<categories { live[time][category] += live[time - 1][category] }
    }
    for row in rows.indices {
      let kernels = rows[row].kernels
      // A row without kernels lasts no time: what lives is what its neighbour has.
      let moments = kernels.isEmpty ? kernels.lowerBound..<(kernels.lowerBound + 1) : kernels
      let fullest = moments.max { sum(live[$0]) < sum(live[$1]) } ?? kernels.lowerBound
      rows[row].liveBytes = live[fullest]
    }
  }

  /// A kept tensor counts for the first node that keeps it, and is freed by the last that reads it;
  /// what is recomputed counts when it is made for the last time.
  private func fillSavedBytes(of rows: inout [PlanRow]) {
    var forward: [NodeID: [Int]] = [:]
    var backward: [NodeID: [Int]] = [:]
    for (index, row) in rows.enumerated() {
      if row.phase == .recompute { forward[row.node]?.removeLast() }
      if row.phase == .forward || row.phase == .recompute {
        forward[row.node, default: []].append(index)
      }
      if row.phase == .backward { backward[row.node, default: []].append(index) }
    }
    for tensor in saved.tensors where tensor.producer != nil {
      let needed = tensor.neededBy.sorted { $0.index < $1.index }
      // Backward runs the other way, so the node that keeps it first reads it last.
      guard let needed = needed.first else { continue }
      let first = fusion.chains.first[needed.index] ?? fusion.hosts[needed.index] ?? needed
      for row in forward[first] ?? [] { rows[row].savedBytes += tensor.bytes }
      for row in backward[first] ?? [] { rows[row].freedBytes += tensor.bytes }
    }
  }

  private func sum(_ bytes: [Int]) -> Int { bytes.reduce(0, +) }
}
