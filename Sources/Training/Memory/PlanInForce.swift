internal import Autodiff
public import Rematerialization
public import TraceFormat

/// A plan in force, as people are told.
public struct PlanInForce: Sendable {
  /// The step from which it is in force.
  public var firstStep = 0
  /// Bytes that were asked for; nil where the order was given.
  public var budget: Int?
  /// Bytes of the whole arena.
  public var peak: Int
  /// Bytes of the arena with everything kept.
  public var storeAllPeak: Int
  /// Bytes that leave memory between forward and backward.
  public var offloaded = 0
  /// Nanoseconds that a step was predicted to take; nil where nothing was measured.
  public var predictedTime: Double?
  /// What it does with each layer; what that costs is 0 where nothing was measured.
  public var layers: [LayerDecision] = []

  init(budget: Int?, peak: Int, storeAllPeak: Int) {
    (self.budget, self.peak, self.storeAllPeak) = (budget, peak, storeAllPeak)
  }

  /// The plan that a model starts with, as long as nothing is measured.
  init(_ plan: Plan, budget: Int?, storeAll: Plan) {
    self.init(budget: budget, peak: plan.arenaBytes, storeAllPeak: storeAll.arenaBytes)
    offloaded = plan.offloadedBytes
    var network = NetworkCosts(storeAll)
    network.transfer = Transfer(
      writeTime: 0, readTime: 0, minimumBytes: OffloadOptions.minimumBytes, overlaps: true)
    layers = network.decisions(for: plan.actions)
    for index in layers.indices { layers[index].paid = 0 }
  }

  /// As a trace tells of it.
  var record: PlanRecord {
    var record = PlanRecord()
    record.firstStep = UInt64(firstStep)
    record.budget = budget.map { UInt64(clamping: $0) }
    record.peak = UInt64(clamping: peak)
    record.storeAllPeak = UInt64(clamping: storeAllPeak)
    record.predictedTime = predictedTime.map { UInt64(max(0, $0.rounded())) }
    record.layers = layers.map { PlanRecord.Layer($0) }
    return record
  }
}

extension Plan {
  /// Its order, and what leaves memory; empty where everything is kept.
  fileprivate var actions: [NetworkAction] {
    let order = (options.order?.actions ?? []).map { action -> NetworkAction in
      switch action {
      case .forward(let node): .forward(node.index)
      case .backward(let node): .backward(node.index)
      }
    }
    return order + (options.offload?.nodes ?? []).map { .offload($0.index) }
  }
}

extension PlanRecord.Layer {
  /// What is done with a layer, as a trace tells of it.
  public init(_ decision: LayerDecision) {
    self.init()
    path = decision.layer
    choice = decision.isRecomputed ? .recomputed : decision.isOffloaded ? .offloaded : .kept
    freed = UInt64(clamping: decision.freed)
    paid = UInt64(max(0, decision.paid.rounded()))
  }
}
