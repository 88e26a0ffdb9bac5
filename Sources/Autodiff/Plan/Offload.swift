/// What leaves memory between forward and backward.
public struct OffloadOptions: Equatable, Sendable {
  /// Nodes whose results, and what they keep beside them, go out where backward needs them.
  public var nodes: Set<NodeID>
  /// Bytes on their way in one direction that may still, or already, stand in the arena; nil: those
  /// of the two largest tensors.
  public var budget: Int?

  /// Tensors of fewer bytes are not worth a transfer.
  public static let minimumBytes = 4096

  /// What these nodes leave for backward goes out.
  public init(nodes: Set<NodeID>, budget: Int? = nil) {
    self.nodes = nodes
    self.budget = budget
  }
}

/// Where tensors go meanwhile, and a thread that brings them there and back.
///
/// A transfer is started, goes on while kernels run, and is waited for. Its number tells it from
/// others; of one number there is one on its way at a time.
public protocol OffloadStore: AnyObject {
  /// Starts to write; what stands at `source` stays as it is until `finish`.
  func startWriting(_ transfer: Int, from source: UnsafeRawPointer, bytes: Int, at offset: Int)

  /// Starts to read what was written at `offset`; nobody looks at `target` until `finish`.
  func startReading(
    _ transfer: Int, into target: UnsafeMutableRawPointer, bytes: Int, at offset: Int)

  /// Returns when the transfer is over.
  func finish(_ transfer: Int)
}

/// Which tensors go out, and when, in a step that runs in some order.
struct OffloadSchedule {
  /// A tensor that goes out and comes back.
  struct Transfer {
    enum Tensor: Equatable {
      /// A node's result, with all that shares its bytes.
      case result
      /// What the node keeps beside it, at this position.
      case extra(Int)
    }

    let node: NodeID
    let tensor: Tensor
    let bytes: Int
    /// Where it stands in the store.
    var offset = 0
    /// The action after which forward needs it no more, and the first that needs it again.
    let lastUse: Int
    let need: Int
  }

  /// What is done with a transfer.
  enum Event: Equatable {
    case startOut(Int), finishOut(Int), startIn(Int), finishIn(Int)
  }

  private(set) var transfers: [Transfer] = []
  /// What is done before each action of the order.
  private(set) var events: [[Event]] = []

  /// Bytes of the store.
  var storeBytes: Int { transfers.last.map { $0.offset + ArenaPacking.aligned($0.bytes) } ?? 0 }

  /// How many actions before it is needed a tensor sets out at the earliest, and after how many it is
  /// waited for on its way out.
  private static let lead = 8

  /// Nothing goes out.
  init() {}

  /// - Parameter transfers: What may go out.
  init(_ transfers: [Transfer], actions: Int, turn: Int, budget: Int?) {
    let largest = transfers.map(\.bytes).max() ?? 0
    let budget = max(largest, budget ?? 2 * largest)
    self.transfers = transfers.sorted {
      ($0.lastUse, $0.node.index) < ($1.lastUse, $1.node.index)
    }
    events = Array(repeating: [], count: actions)
    scheduleOut(turn: turn, budget: budget)
    var offset = 0
    for index in self.transfers.indices {
      self.transfers[index].offset = offset
      offset += ArenaPacking.aligned(self.transfers[index].bytes)
    }
    scheduleIn(turn: turn, budget: budget)
  }

  /// Starts each as soon as it can, and waits for the oldest where the budget is spent, or where it has
  /// been on its way for a while.
  ///
  /// What would still be on its way when backward begins stays: backward needs it first.
  private mutating func scheduleOut(turn: Int, budget: Int) {
    var (waiting, bytes) = (0, 0)
    for (index, transfer) in transfers.enumerated() {
      let time = transfer.lastUse + 1
      while waiting < index, bytes + transfer.bytes > budget {
        events[time].append(.finishOut(waiting))
        bytes -= transfers[waiting].bytes
        waiting += 1
      }
      events[time].append(.startOut(index))
      bytes += transfer.bytes
    }
    while waiting < transfers.count, transfers[waiting].lastUse + 1 + Self.lead < turn {
      events[transfers[waiting].lastUse + 1 + Self.lead].append(.finishOut(waiting))
      waiting += 1
    }
    for index in waiting..<transfers.count {
      events[transfers[index].lastUse + 1].removeAll { $0 == .startOut(index) }
    }
    transfers.removeSubrange(waiting...)
  }

  private mutating func scheduleIn(turn: Int, budget: Int) {
    let order = transfers.indices.sorted {
      (transfers[$0].need, -transfers[$0].lastUse) < (transfers[$1].need, -transfers[$1].lastUse)
    }
    var (started, finishedIn, bytes) = (0, 0, 0)
    for time in turn..<events.count {
      while finishedIn < order.count, transfers[order[finishedIn]].need == time {
        let index = order[finishedIn]
        if started == finishedIn {
          events[time].append(.startIn(index))
          started += 1
        } else {
          bytes -= transfers[index].bytes
        }
        events[time].append(.finishIn(index))
        finishedIn += 1
      }
      while started < order.count, transfers[order[started]].need - time <= Self.lead,
        bytes + transfers[order[started]].bytes <= budget
      {
        events[time].append(.startIn(order[started]))
        bytes += transfers[order[started]].bytes
        started += 1
      }
    }
  }
}
