internal import COneDNN

/// A kernel whose element i of all that it writes needs element i of what it reads, and no other: it
/// may work on any stretch of them at any time, so that several run over a tensor in one pass.
struct Pointwise {
  /// Elements of each of its tensors.
  let count: Int
  /// What it reads and writes, in the order in which its work takes their addresses.
  let operands: [Operand]
  /// Makes what one thread runs; called once for each thread.
  let make: (UnsafePointer<StepSituation>) throws(KernelError) -> Work

  /// Works on `stretch`, whose first elements stand at `addresses`.
  typealias Work = (
    _ stretch: Range<Int>, _ addresses: UnsafePointer<UnsafeMutableRawPointer>
  ) -> Void

  /// Elements of a stretch: as many as leave room in a core's cache for all that a chain holds, and
  /// take much longer than calling oneDNN does.
  static let stretch = 16384
}

extension KernelFactory {
  /// A loop of ours over a stretch of two tensors in single precision, from the first of its elements.
  typealias FloatLoop = (
    _ stretch: Range<Int>, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>
  ) -> Void

  /// A pointwise loop of ours from `x`, of which y has the shape, to y.
  ///
  /// - Parameters:
  ///   - grain: Stretches begin at its multiples.
  ///   - weight: What an element costs, in those of a copy.
  func pointwise(
    _ name: String, _ x: TensorID, into y: Operand, grain: Int = 1, weight: Int = 1,
    make: @escaping (UnsafePointer<StepSituation>) -> FloatLoop
  ) -> Kernel {
    var source = y
    source.tensor = x
    let count = y.shape.elementCount
    let threads = threads(elements: weight * count)
    let pointwise = Pointwise(count: count, operands: [source, y]) { situation in
      let loop = make(situation)
      return { stretch, addresses in
        loop(
          stretch, addresses[0].assumingMemoryBound(to: Float.self),
          addresses[1].assumingMemoryBound(to: Float.self))
      }
    }
    return Kernel(
      name, reads: [x], writes: [y.tensor], threads: threads, pointwise: pointwise
    ) { addresses throws(KernelError) in
      let (x, y) = (addresses.floats(x), addresses.floats(y.tensor))
      let body = make(addresses.situation)
      let loop = ParallelLoop(count: count, grain: grain, threads: threads) { range in
        body(range, x + range.lowerBound, y + range.lowerBound)
      }
      return { loop.run() }
    }
  }
}

// MARK: - oneDNN

extension Pointwise {
  /// oneDNN's kernels for stretches of a tensor.
  ///
  /// - Parameters:
  ///   - arguments: What the primitive takes each operand as.
  ///   - primitive: What does it to so many elements.
  init(
    _ operands: [Operand], as arguments: [Int32],
    primitive: @escaping (_ count: Int) throws(KernelError) -> CompiledPrimitive
  ) {
    let count = operands[0].shape.elementCount
    let most = min(count, Self.stretch)
    self.init(count: count, operands: operands) { _ throws(KernelError) in
      let whole = try Self.work(most, operands, arguments, primitive)
      let rest = count % most
      let last = rest == 0 ? whole : try Self.work(rest, operands, arguments, primitive)
      return { stretch, addresses in
        if stretch.count == most { whole(addresses) } else { last(addresses) }
      }
    }
  }

  private static func work(
    _ count: Int, _ operands: [Operand], _ arguments: [Int32],
    _ primitive: (Int) throws(KernelError) -> CompiledPrimitive
  ) throws(KernelError) -> (UnsafePointer<UnsafeMutableRawPointer>) -> Void {
    var list: [(Int32, dnnl_memory_desc_t)] = []
    for (operand, argument) in zip(operands, arguments) {
      list.append((argument, try describe([count], type: operand.type)))
    }
    return try primitive(count).bindMoving(list)
  }
}

extension KernelFactory {
  /// A pointwise kernel of oneDNN's in slices, one for each thread, which calls it on its own.
  ///
  /// - Parameters:
  ///   - reads: How many of `operands` it reads alone.
  ///   - arguments: What the primitive takes each operand as.
  ///   - primitive: What does it to so many elements, on one thread.
  func sliced(
    _ name: String, _ operands: [Operand], reads: Int, as arguments: [Int32], threads: Int,
    primitive: @escaping (_ count: Int) throws(KernelError) -> CompiledPrimitive
  ) throws(KernelError) -> Kernel {
    let count = operands[0].shape.elementCount
    var slices: [(CompiledPrimitive, [Argument])] = []
    for thread in 0..<threads {
      let slice = ThreadTeam.slice(of: count, thread: thread, of: threads)
      var list: [Argument] = []
      for (operand, index) in zip(operands, arguments) {
        list.append(
          Argument(
            index: index, tensor: operand.tensor,
            description: try describe([slice.count], type: operand.type),
            offset: slice.lowerBound * operand.type.byteCount))
      }
      slices.append((try primitive(slice.count), list))
    }
    let space = slices.map { ArenaPacking.aligned($0.0.scratchBytes) }.max() ?? 0
    return Kernel(
      name, reads: operands.prefix(reads).map(\.tensor),
      writes: operands.dropFirst(reads).map(\.tensor), scratchBytes: threads * space,
      threads: threads, pointwise: Pointwise(operands, as: arguments, primitive: primitive)
    ) { [slices] addresses throws(KernelError) in
      var (bodies, addresses) = (ContiguousArray<() -> Void>(), addresses)
      for (primitive, list) in slices {
        bodies.append(try primitive.bind(list, at: addresses))
        addresses.scratch += space
      }
      guard bodies.count > 1 else { return bodies[0] }
      let region = ParallelRegion(parts: bodies.count) { [bodies] part in bodies[part]() }
      return { region.run() }
    }
  }
}
