/// Ops and the tensors that they make, for planning without the restriction to a chain.
///
/// Ops stand in an order in which they can run. A forward op may run at any time and any number of
/// times, and what it makes may be dropped at any time; a backward op runs exactly once, and what it
/// makes stays until all of its readers have run.
public struct ComputationGraph: Equatable, Sendable {
  /// An op.
  public struct Op: Equatable, Sendable {
    /// What people call it.
    public var name: String
    /// How long it runs.
    public var time: Double
    /// Bytes that it needs beside what it reads and makes.
    public var workspace: Int
    /// Tensors that must be resident.
    public var reads: [Int]
    /// Tensors that it makes.
    public var writes: [Int]
    /// Whether it runs exactly once: gradients of weights add up.
    public var isBackward: Bool

    /// An op.
    public init(
      name: String = "", time: Double, workspace: Int = 0, reads: [Int], writes: [Int],
      isBackward: Bool
    ) {
      self.name = name
      self.time = time
      self.workspace = workspace
      self.reads = reads
      self.writes = writes
      self.isBackward = isBackward
    }
  }

  /// The ops.
  public let ops: [Op]
  /// Bytes of each tensor.
  public let tensors: [Int]
  /// Whether backward ops run in their order here, so that sums of gradients come out the same.
  public let keepsBackwardOrder: Bool

  /// The op that makes each tensor.
  let producer: [Int]

  /// The most tensors of forward ops that can be searched through.
  public static let searchLimit = 16

  /// A checked graph.
  ///
  /// - Throws: `CostError` where a size or time is negative, a tensor is read that no earlier op
  ///   makes, or made twice.
  public init(ops: [Op], tensors: [Int], keepsBackwardOrder: Bool = false) throws(CostError) {
    var producer = Array(repeating: -1, count: tensors.count)
    var total = 0
    for (index, bytes) in tensors.enumerated() {
      guard bytes >= 0, bytes <= ChainCosts.byteLimit - total else {
        throw CostError(
          "tensors[\(index)]", "a size is from 0 up and can be summed, found \(bytes)")
      }
      total += bytes
    }
    for (index, op) in ops.enumerated() {
      guard op.time >= 0, op.time.isFinite else {
        throw CostError("ops[\(index)]", "a time is a number from 0 up, found \(op.time)")
      }
      guard op.workspace >= 0, op.workspace <= ChainCosts.byteLimit else {
        throw CostError("ops[\(index)]", "a size is from 0 up, found \(op.workspace)")
      }
      for tensor in op.reads {
        guard tensors.indices.contains(tensor), producer[tensor] >= 0 else {
          throw CostError("ops[\(index)]", "reads tensor \(tensor), which no op before it makes")
        }
        guard op.isBackward || !ops[producer[tensor]].isBackward else {
          throw CostError("ops[\(index)]", "a forward op reads what a backward op makes")
        }
      }
      for tensor in op.writes {
        guard tensors.indices.contains(tensor), producer[tensor] < 0 else {
          throw CostError("ops[\(index)]", "makes tensor \(tensor), which another op makes, too")
        }
        producer[tensor] = index
      }
    }
    self.ops = ops
    self.tensors = tensors
    self.keepsBackwardOrder = keepsBackwardOrder
    self.producer = producer.map { max(0, $0) }
  }
}

/// One move of a schedule over a graph.
public enum GraphAction: Hashable, Sendable {
  /// Runs an op.
  case compute(op: Int)
  /// Drops what a forward op has made.
  case drop(tensor: Int)
}

/// A schedule over a graph with what it truly costs.
public struct GraphPlan: Equatable, Sendable {
  /// The moves, in order.
  public let schedule: [GraphAction]
  /// The sum of their times.
  public let makespan: Double
  /// The most bytes that are resident at any moment.
  public let peak: Int

  /// The plan whose moves are `schedule`; nil where one of them is not possible.
  public init?(_ schedule: [GraphAction], for graph: ComputationGraph) {
    var resident: Set<Int> = []
    var done: Set<Int> = []
    var (bytes, peak, makespan) = (0, 0, 0.0)
    var readers = Array(repeating: 0, count: graph.tensors.count)
    for op in graph.ops where op.isBackward { for tensor in op.reads { readers[tensor] += 1 } }
    for action in schedule {
      switch action {
      case .compute(let index):
        guard graph.ops.indices.contains(index) else { return nil }
        let op = graph.ops[index]
        guard op.reads.allSatisfy(resident.contains) else { return nil }
        if op.isBackward {
          guard done.insert(index).inserted else { return nil }
        }
        for tensor in op.writes where resident.insert(tensor).inserted {
          bytes += graph.tensors[tensor]
        }
        peak = max(peak, bytes + op.workspace)
        makespan += op.time
        guard op.isBackward else { continue }
        // What backward made goes with its last reader, which may be nobody.
        for tensor in op.reads {
          readers[tensor] -= 1
          if readers[tensor] == 0, graph.ops[graph.producer[tensor]].isBackward {
            resident.remove(tensor)
            bytes -= graph.tensors[tensor]
          }
        }
        for tensor in op.writes where readers[tensor] == 0 {
          resident.remove(tensor)
          bytes -= graph.tensors[tensor]
        }
      case .drop(let tensor):
        guard resident.contains(tensor), !graph.ops[graph.producer[tensor]].isBackward else {
          return nil
        }
        resident.remove(tensor)
        bytes -= graph.tensors[tensor]
      }
    }
    guard done.count == graph.ops.count(where: \.isBackward) else { return nil }
    self.schedule = schedule
    self.makespan = makespan
    self.peak = peak
  }
}
