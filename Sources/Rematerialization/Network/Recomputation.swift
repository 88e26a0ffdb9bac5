/// Which nodes of a stretch must run again, once what they made is gone.
struct Recomputation {
  private let network: NetworkCosts
  private let range: Range<Int>

  init(_ network: NetworkCosts, _ range: Range<Int>) {
    self.network = network
    self.range = range
  }

  /// The nodes, in order, that make what the backward of the stretch reads, and `output` where that
  /// is needed, too.
  func nodes(output: Int?) -> [Int] {
    var wanted: [Int] = output.map { [$0] } ?? []
    for index in range {
      let node = network.nodes[index]
      guard node.hasBackward else { continue }
      wanted += node.needsInputs
      if node.needsResult || node.needsExtras { wanted.append(index) }
    }
    return closure(wanted)
  }

  /// The nodes, in order, that make `output`.
  func nodes(making output: Int) -> [Int] { closure([output]) }

  /// Everything of the stretch that `wanted` is made from.
  private func closure(_ wanted: [Int]) -> [Int] {
    var (found, rest): (Set<Int>, [Int]) = ([], wanted)
    while let index = rest.popLast() {
      guard range.contains(index), !found.contains(index) else { continue }
      // What overwrites bytes from outside cannot be made again: those are gone.
      if network.nodes[index].overwrites, !(network.storage(index).map(range.contains) ?? false) {
        continue
      }
      found.insert(index)
      rest += network.nodes[index].inputs
      // Whoever overwrites these bytes belongs to their making.
      guard let storage = network.storage(index) else { continue }
      for other in range where network.nodes[other].overwrites {
        if network.storage(other) == storage { rest.append(other) }
      }
    }
    return found.sorted()
  }
}
