/// Pointwise kernels that go over their tensors in one pass, stretch by stretch, so that what one hands
/// to the next is in the core's cache; what nobody else reads need not exist as a whole.
///
/// The numbers are those of the kernels one after the other, bit by bit.
struct Chain {
  /// What runs, in order: all pointwise, over equally many elements.
  let kernels: [Kernel]
  /// Where sums of squares are taken, on steps that are measured.
  let probes: [Probe]
  /// Where the sums go: for each thread one for each probe, as Doubles.
  let sums: TensorID
  /// On how many threads it runs.
  let threads: Int

  /// A tensor whose squares are summed right before the kernel at `position`.
  struct Probe {
    let position: Int
    let operand: Operand
  }

  /// nil where a kernel is not pointwise, or works on another number of elements.
  init?(_ kernels: [Kernel], probes: [Probe], _ factory: KernelFactory) {
    guard let count = kernels.first?.pointwise?.count,
      kernels.allSatisfy({ $0.pointwise?.count == count })
    else { return nil }
    self.kernels = kernels
    self.probes = probes
    threads = min(
      factory.threads(elements: count * kernels.count),
      max(1, count / Pointwise.stretch))
    sums = factory.tensors.make(bytes: 8 * max(1, threads * probes.count), .temporary)
  }

  /// The chain as one kernel.
  ///
  /// - Parameters:
  ///   - locals: Tensors of which only the stretch being worked on exists.
  ///   - root: The tensor whose bytes a tensor has.
  func kernel(locals: Set<TensorID>, root: @escaping (TensorID) -> TensorID) -> Kernel {
    let (places, count) = places(locals, root)
    let space = count * Self.placeBytes
    return Kernel(
      "chain", reads: kernels.flatMap(\.reads), writes: kernels.flatMap(\.writes) + [sums],
      scratchBytes: threads * space, threads: threads
    ) { [self] addresses throws(KernelError) in
      var parts: [ChainPart] = []
      for part in 0..<threads {
        let scratch = addresses.scratch + part * space
        parts.append(
          try ChainPart(self, addresses, part: part) { tensor in
            places[root(tensor)].map { scratch + $0 * Self.placeBytes }
          })
      }
      let count = kernels[0].pointwise?.count ?? 0
      let stretches = (count + Pointwise.stretch - 1) / Pointwise.stretch
      let region = ParallelRegion(parts: threads) { [parts] part in
        let share = ParallelRegion.share(of: stretches, part: part, of: parts.count)
        parts[part].run(
          share.lowerBound * Pointwise.stretch..<min(count, share.upperBound * Pointwise.stretch))
      }
      return { region.run() }
    }
  }

  /// A place for each of `locals`, from the first kernel that uses it to the last, and how many places
  /// there are.
  private func places(
    _ locals: Set<TensorID>, _ root: (TensorID) -> TensorID
  ) -> ([TensorID: Int], count: Int) {
    var used = kernels.map { ($0.reads + $0.writes).map(root).filter(locals.contains) }
    for probe in probes where locals.contains(root(probe.operand.tensor)) {
      used[min(probe.position, kernels.count - 1)].append(root(probe.operand.tensor))
    }
    var last: [TensorID: Int] = [:]
    for (position, tensors) in used.enumerated() {
      for tensor in tensors { last[tensor] = position }
    }
    var (places, free, count): ([TensorID: Int], [Int], Int) = ([:], [], 0)
    for (position, tensors) in used.enumerated() {
      for tensor in tensors where places[tensor] == nil {
        places[tensor] = free.popLast() ?? count
        count = max(count, places[tensor, default: 0] + 1)
      }
      free += Set(tensors).filter { last[$0] == position }.compactMap { places[$0] }.sorted()
    }
    return (places, count)
  }

  /// A stretch of the widest type.
  private static let placeBytes = 4 * Pointwise.stretch
}

/// What one thread does of a chain.
private final class ChainPart {
  private struct Place {
    /// Where the tensor, or its one stretch, starts.
    let start: UnsafeMutableRawPointer
    /// 0 where there is only one stretch.
    let bytesPerElement: Int
  }

  private struct Link {
    let work: Pointwise.Work
    /// Of its addresses among all.
    let first: Int
  }

  private let places: ContiguousArray<Place>
  private let links: ContiguousArray<Link>
  private let probes: ContiguousArray<(position: Int, place: Int, isHalf: Bool)>
  private let addresses: UnsafeMutablePointer<UnsafeMutableRawPointer>
  private let sums: UnsafeMutablePointer<Double>
  private let situation: UnsafePointer<StepSituation>

  init(
    _ chain: Chain, _ all: Addresses, part: Int,
    local: (TensorID) -> UnsafeMutableRawPointer?
  ) throws(KernelError) {
    func place(_ operand: Operand) -> Place {
      local(operand.tensor).map { Place(start: $0, bytesPerElement: 0) }
        ?? Place(start: all.raw(operand.tensor), bytesPerElement: operand.type.byteCount)
    }
    var (places, links) = (ContiguousArray<Place>(), ContiguousArray<Link>())
    for case let pointwise? in chain.kernels.map(\.pointwise) {
      links.append(Link(work: try pointwise.make(all.situation), first: places.count))
      places += pointwise.operands.map(place)
    }
    probes = ContiguousArray(
      chain.probes.enumerated().map { index, probe in
        (probe.position, places.count + index, probe.operand.type == .bfloat16)
      })
    places += chain.probes.map { place($0.operand) }
    self.places = places
    self.links = links
    addresses = .allocate(capacity: max(1, places.count))
    addresses.initialize(repeating: all.base, count: max(1, places.count))
    sums = all.raw(chain.sums).assumingMemoryBound(to: Double.self) + part * chain.probes.count
    situation = UnsafePointer(all.situation)
  }

  deinit { addresses.deallocate() }

  func run(_ range: Range<Int>) {
    let isMeasured = situation.pointee.isMeasured && !probes.isEmpty
    if isMeasured { sums.update(repeating: 0, count: probes.count) }
    var start = range.lowerBound
    while start < range.upperBound {
      let end = min(start + Pointwise.stretch, range.upperBound)
      for index in places.indices {
        addresses[index] = places[index].start + start * places[index].bytesPerElement
      }
      for index in links.indices {
        if isMeasured { probe(before: index, count: end - start) }
        links[index].work(start..<end, addresses + links[index].first)
      }
      if isMeasured { probe(before: links.count, count: end - start) }
      start = end
    }
  }

  private func probe(before position: Int, count: Int) {
    for (index, probe) in probes.enumerated() where probe.position == position {
      let address = UnsafeRawPointer(addresses[probe.place])
      sums[index] +=
        probe.isHalf
        ? BFloat16.sumOfSquares(address.assumingMemoryBound(to: BFloat16.self), count: count)
        : Float.sumOfSquares(address.assumingMemoryBound(to: Float.self), count: count)
    }
  }
}
