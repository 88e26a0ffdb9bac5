internal import Autodiff
internal import Rematerialization

/// Makes plans of one network that differ in their order alone.
struct PlanMaker {
  var network: Network
  var loss: ValueID
  var rule: any UpdateRule
  var options: PlanOptions

  /// The plan that runs in `order`; nil: everything is kept.
  func plan(_ order: StepOrder?) throws(PlanError) -> Plan {
    var options = options
    options.order = order
    return try Plan(network, loss: loss, updateRule: rule, options: options)
  }

  /// The plan that keeps everything, in memory.
  func storeAll() throws(PlanError) -> Plan {
    var it = self
    it.options.offload = nil
    return try it.plan(nil)
  }

  /// The plan that runs in `order`, and sends out what that says.
  func plan(_ order: [NetworkAction]) throws(PlanError) -> Plan {
    var it = self
    let leaving = order.compactMap {
      if case .offload(let node) = $0 { NodeID(index: node) } else { nil }
    }
    if !leaving.isEmpty {
      // As little as can be is on its way at a time: what that takes is what a plan is to save.
      it.options.offload = OffloadOptions(nodes: Set(leaving), budget: 1)
    }
    return try it.plan(StepOrder(order))
  }

  /// The bytes of the arena of the plan that runs in `order`.
  func arenaBytes(_ order: [NetworkAction]) throws(TrainingError) -> Int {
    do { return try plan(order).arenaBytes } catch { throw .plan(error) }
  }

  /// The plan that a model file asks for.
  func plan(_ file: ModelFile, layers: [BuiltLayer]) throws(TrainingError) -> Plan {
    if let path = file.memory.plan {
      let path = path.hasPrefix("/") ? path : file.folder + "/" + path
      let order = try order(path)
      do { return try plan(order) } catch { throw .plan(error) }
    }
    let whole: Plan
    do { whole = try plan(nil) } catch { throw .plan(error) }
    let order = try file.memory.checkpoint.order(
      for: whole, layers: layers, transfer: { file.memory.transfer(threads: options.threads) },
      pack: { (it) throws(TrainingError) in try arenaBytes(it) })
    guard let order else { return whole }
    do { return try plan(order) } catch { throw .plan(error) }
  }

  private func order(_ path: String) throws(TrainingError) -> [NetworkAction] {
    let bytes: [UInt8]
    do { bytes = try readBytes(of: path) } catch {
      throw .data(error.asDataError("memory.plan", file: path))
    }
    do { return try PlanFile.order(bytes, for: network) } catch {
      throw .model(
        ModelFileError(
          "memory.plan", "\(path): \(error.path.isEmpty ? "" : error.path + ": ")\(error.what)",
          hint: error.hint))
    }
  }
}
