/// Lays out a step: forward, backward, update, with the kernels of each and the tensors they use.
struct PlanBuilder {
  let network: Network
  let loss: ValueID
  let updateRule: any UpdateRule
  let options: PlanOptions
  let factory: KernelFactory
  let differentiation: Differentiation
  private(set) var fusion: Fusion
  let inPlace: InPlaceCheck
  let sharing: GradientSharing
  let storage: Storage
  let layout: LayoutChoice

  var rows: [PlanRow] = []
  private(set) var parts: [PlanPart] = []
  private(set) var kernels: [Kernel] = []
  /// For each kernel: its scratch memory.
  private(set) var scratch: [TensorID?] = []
  private(set) var uses = TensorUses()
  /// By kernel: the chain that it stands for, until it is known which tensors nobody else uses.
  var chains: [Int: PlannedChain] = [:]
  /// Tensors of which only a stretch exists, in a chain's scratch memory.
  var locals: Set<TensorID> = []
  var saved = SavedTensors()
  var valueTensors: [TensorID] = []
  var gradientTensors: [TensorID?]
  var stateTensors: [[TensorID]] = []
  let seed: TensorID
  let order: StepOrder
  /// Where each value stands now: recomputing moves it.
  var current: [TensorID] = []
  /// By parameter or input that products read: a copy rounded to bfloat16.
  var rounded: [RoundedCopy: Operand] = [:]
  /// Those that were rounded since they last changed.
  var refreshed: Set<RoundedCopy> = []
  /// What leaves memory between forward and backward.
  private(set) var offload = OffloadSchedule()
  /// By transfer that is on its way out: its tensor.
  var leaving: [Int: TensorID] = [:]
  /// Gradients that already hold something in this step.
  var begun: Set<Int> = []

  init(
    _ network: Network, loss: ValueID, updateRule: any UpdateRule, options: PlanOptions
  ) throws(PlanError) {
    self.network = network
    self.loss = loss
    self.updateRule = updateRule
    self.options = options
    differentiation = try Differentiation(network, loss: loss)
    inPlace = try InPlaceCheck(network, differentiation)
    let runsThrough =
      options.offload == nil
      && (options.order ?? StepOrder(storingAll: network)) == StepOrder(storingAll: network)
    var fusion = Fusion(
      network, loss: loss, differentiation,
      chainElements: runsThrough ? options.chainElements : nil)
    guard network[loss].shape.elementCount == 1 else {
      throw .lossIsNoScalar(network[loss].shape)
    }
    do { factory = try KernelFactory(threads: options.threads) } catch {
      throw .kernel(node: "", error)
    }
    let (hosts, inPlace) = (fusion.hosts, inPlace)
    let shares = { (node: NodeID) in
      network[node].primitive.isView || inPlace.shares[node.index] || hosts[node.index] != nil
    }
    storage = Storage(
      network, isUsed: options.stores(network), shares: shares,
      isRounded: { Self.isActivation($0, of: network) })
    layout =
      options.carriesLayouts
      ? try LayoutChoice(network, shares: shares, storage: storage, kernels: factory)
      : LayoutChoice(rowOrder: network)
    fusion.keepChains(standingIn: layout.layouts, of: network)
    self.fusion = fusion
    sharing = GradientSharing(
      network, loss: loss, differentiation, layouts: layout.layouts, types: storage.types)
    order = options.order ?? StepOrder(storingAll: network)
    try order.check(network, differentiation)
    gradientTensors = network.values.map { _ in nil }
    seed = factory.tensors.make([], .gradient, isPersistent: true)
  }

  /// Emits the whole step.
  mutating func build() throws(PlanError) {
    makeTensors()
    if let options = options.offload { offload = offloadSchedule(options) }
    for micro in 0..<options.accumulate {
      parts.append(.data(micro: micro))
      refreshed = refreshed.filter { isParameterGradient($0.value.index) }
      use(batchTensors, at: kernels.count)
      if micro > 0 { renewActivations() }
      begun = begun.filter { isParameterGradient($0) }
      try emit(order, isFirst: micro == 0)
    }
    emitUpdates()
    finishChains()
  }

  /// Emits a micro-batch; a node that runs forward again is recomputed, into tensors of its own.
  private mutating func emit(_ order: StepOrder, isFirst: Bool) throws(PlanError) {
    var kept: [[Operand]] = Array(repeating: [], count: network.nodes.count)
    var hasRun = Array(repeating: false, count: network.nodes.count)
    var hasTurned = false
    for (time, action) in order.actions.enumerated() {
      if case .backward = action, !hasTurned {
        parts.append(.turn)
        if isFirst { noteSaved(extras: kept) }
        hasTurned = true
      }
      for event in offload.events.isEmpty ? [] : offload.events[time] {
        let first = rows.count
        emitOffload(event, kept: &kept)
        join(first..<rows.count)
      }
      let first = rows.count
      switch action {
      case .forward(let node):
        let repeats = hasRun[node.index]
        if repeats { renew(network[node].result) }
        kept[node.index] = try emitForward(node, phase: repeats ? .recompute : .forward)
        hasRun[node.index] = true
      case .backward(let node):
        try emitBackward(node, extras: kept[node.index])
      }
      join(first..<rows.count)
    }
  }

  /// Rows of the same phase that follow each other are one part.
  private mutating func join(_ added: Range<Int>) {
    guard let phase = added.first.map({ rows[$0].phase }) else { return }
    if case .ops(let before, phase)? = parts.last {
      parts[parts.count - 1] = .ops(before.lowerBound..<added.upperBound, phase)
    } else {
      parts.append(.ops(added, phase))
    }
  }
}

// MARK: - Rows

extension PlanBuilder {
  private mutating func emitForward(
    _ id: NodeID, phase: PlanPhase
  ) throws(PlanError) -> [Operand] {
    if fusion.isBehind(id) { return [] }
    let chain = fusion.chains.chains[id.index]
    guard chain.isEmpty else {
      try emitForward(chain: chain)
      return []
    }
    let (made, result, extras) = try forward(id)
    // A batch moves running statistics once, however often it is run.
    emit(
      phase == .recompute ? made.filter { !$0.changesBuffers } : made, node: id, phase: phase,
      tensor: result.tensor)
    rows[rows.count - 1].nodes = fusion.nodes(from: id)
    // A measurement after the op reads its result.
    guard phase == .forward else { return extras }
    noteOutput(result.tensor, of: fusion.activations[id.index] ?? id)
    if let states = network[id].primitive.statesInTime {
      rows[rows.count - 1].states = extras[states]
      use([extras[states].tensor], at: max(0, kernels.count - 1))
    }
    return extras
  }

  private mutating func noteOutput(_ tensor: TensorID, of node: NodeID) {
    rows[rows.count - 1].outputs.append((node, tensor))
    use([tensor], at: max(0, kernels.count - 1))
  }

  /// What computes a node's result, with the activation that is fused with it.
  mutating func forward(
    _ id: NodeID
  ) throws(PlanError) -> (kernels: [Kernel], result: Operand, extras: [Operand]) {
    let node = network[id]
    var made: [Kernel] = []
    let operands = try operands(of: id, read: Array(node.operands.indices), &made)
    let needs = neededForBackward(node)
    let extras = extraShapes(node).map { shape in
      Operand(tensor: factory.tensors.make(shape, needs ? .activation : .temporary), shape: shape)
    }
    let result = operand(node.result)
    let isExact = result.type == .bfloat16 && !storage.isHalf[id.index] && !node.primitive.isView
    let site = ForwardSite(
      kernels: factory, operands: operands,
      result: isExact ? factory.temporary(result.shape, result.layout) : result, extras: extras)
    do throws(KernelError) {
      if let fused = fusion.activations[id.index],
        let activation = network[fused].primitive as? any Activation,
        let host = node.primitive as? any FusesActivation
      {
        made += try host.forward(site, activation.function)
      } else {
        made += try node.primitive.forward(site)
      }
      if isExact {
        made += try factory.reorder(site.result, into: result)
      } else if result.type == .float32, isRounded(node) {
        made.append(factory.round(result, into: result.tensor))
      }
    } catch {
      throw .kernel(node: node.name, error)
    }
    return (made, result, extras)
  }

  private mutating func emitBackward(_ id: NodeID, extras: [Operand]) throws(PlanError) {
    // What is fused goes into the row of its host, which comes next.
    guard !fusion.isBehind(id), neededForBackward(network[id]) else { return }
    let chain = fusion.chains.chains[id.index]
    guard chain.isEmpty else {
      try emitBackward(chain: chain)
      return
    }
    var made: [Kernel] = []
    if let fused = fusion.activations[id.index] {
      made = try backward(fused, extras: []).kernels
      // The activation's gradient is measured before the row, the host's after it.
      use([fused].compactMap { gradientTensors[network[$0].result.index] }, at: kernels.count)
    }
    let its = try backward(id, extras: extras)
    emit(
      made + its.kernels, node: id, phase: .backward,
      tensor: gradientTensors[network[id].result.index] ?? seed)
    rows[rows.count - 1].nodes = fusion.nodes(from: id)
    if let timeNorms = its.timeNorms {
      rows[rows.count - 1].timeNorms = timeNorms.tensor
      use([timeNorms.tensor], at: max(0, kernels.count - 1))
    }
    if let gradient = gradientTensors[network[id].result.index] {
      use([gradient], at: max(0, kernels.count - 1))
    }
  }

  mutating func backward(
    _ id: NodeID, extras: [Operand]
  ) throws(PlanError) -> (kernels: [Kernel], timeNorms: Operand?) {
    let node = network[id]
    guard let upstream = gradientTensors[node.result.index] else { return ([], nil) }
    var targets: [GradientTarget?] = []
    var parts: [(whole: Operand, part: Operand)] = []
    /// Gradients that a node makes in row order of values that stand otherwise.
    var brought: [(target: GradientTarget, part: Operand)] = []
    var seen: Set<ValueID> = []
    for value in node.operands {
      guard let tensor = gradientTensors[value.index] else {
        targets.append(nil)
        continue
      }
      let whole = operand(tensor, like: value)
      if sharing.isHandedOn(value, by: node) {
        begun.insert(value.index)
        targets.append(nil)
        continue
      }
      if seen.insert(value).inserted {
        let accumulates = !begun.insert(value.index).inserted
        if isTaken(whole, by: id) {
          targets.append(GradientTarget(operand: whole, accumulates: accumulates))
        } else {
          let part = standIn(for: whole, of: id)
          brought.append((GradientTarget(operand: whole, accumulates: accumulates), part))
          targets.append(GradientTarget(operand: part, accumulates: false))
        }
      } else {
        // The same value twice: the second gradient is computed apart and added.
        let part = standIn(for: whole, of: id)
        parts.append((whole, part))
        targets.append(GradientTarget(operand: part, accumulates: false))
      }
    }
    let timeNorms = node.primitive.statesInTime.map { states in
      factory.temporary([extras[states].shape.sizes[0]])
    }
    var made: [Kernel] = []
    let form = savedForm(node, wanted: differentiation.wanted(by: node))
    let operands = try operands(of: id, read: form.operands, &made)
    var (result, arriving) = (operand(node.result), operand(upstream, like: node.result))
    do throws(KernelError) {
      if targets.contains(where: { $0 != nil }) {
        if form.result { result = try taken(result, by: id, &made) }
        arriving = try taken(arriving, by: id, &made)
      }
      let site = BackwardSite(
        kernels: factory, operands: operands, result: result, extras: extras,
        upstream: arriving, targets: targets, timeNorms: timeNorms)
      made += try node.primitive.backward(site)
      // What is brought may be the first that a gradient holds; a second part is added to that.
      for (target, part) in brought { made += try add(part, to: target) }
      for (whole, part) in parts {
        made += try add(part, to: GradientTarget(operand: whole, accumulates: true))
      }
    } catch {
      throw .kernel(node: node.name, error)
    }
    if options.precision == .bfloat16 {
      for value in seen.sorted(by: { $0.index < $1.index })
      where !isParameterGradient(value.index) && storage.types[value.index] == .float32 {
        guard let tensor = gradientTensors[value.index] else { continue }
        made.append(factory.round(operand(tensor, like: value), into: tensor))
      }
    }
    use([upstream], at: kernels.count)
    return (made, timeNorms)
  }

  /// One row for each node that owns parameters: the node that uses them first.
  private mutating func emitUpdates() {
    var owned: [Int: [ParameterID]] = [:]
    var owners: [ValueID: Int] = [:]
    for (index, node) in network.nodes.enumerated().reversed() {
      for value in node.operands + [node.result] { owners[value] = index }
    }
    for (index, parameter) in network.parameters.enumerated()
    where differentiation.hasGradient[parameter.value.index] {
      owned[owners[parameter.value] ?? 0, default: []].append(ParameterID(index: index))
    }
    let first = rows.count
    var lists: [[ParameterID]] = []
    // All gradients live until the last update: clipping needs them all.
    use(network.parameters.compactMap { gradientTensors[$0.value.index] }, at: kernels.count)
    for (node, parameters) in owned.sorted(by: { $0.key < $1.key }) {
      rows.append(
        PlanRow(
          node: NodeID(index: node), phase: .optimizer, tensor: seed,
          kernels: kernels.count..<kernels.count))
      lists.append(parameters)
    }
    parts.append(.updates(first..<rows.count, parameters: lists))
  }

  mutating func emit(
    _ made: [Kernel], node: NodeID, phase: PlanPhase, tensor: TensorID, saved: Int = 0,
    freed: Int = 0
  ) {
    let first = kernels.count
    for kernel in made {
      let time = kernels.count
      use(kernel.reads + kernel.writes, at: time)
      let space =
        kernel.scratchBytes > 0
        ? factory.tensors.make(bytes: kernel.scratchBytes, .temporary) : nil
      if let space { use([space], at: time) }
      kernels.append(kernel)
      scratch.append(space)
    }
    var row = PlanRow(node: node, phase: phase, tensor: tensor, kernels: first..<kernels.count)
    (row.savedBytes, row.freedBytes) = (saved, freed)
    rows.append(row)
  }

  /// Puts a kernel in the place of one that uses the same tensors.
  mutating func replace(_ kernel: Kernel, at time: Int) {
    kernels[time] = kernel
    guard kernel.scratchBytes > 0 else { return }
    let space = factory.tensors.make(bytes: kernel.scratchBytes, .temporary)
    use([space], at: time)
    scratch[time] = space
  }

  mutating func use(_ tensors: [TensorID], at time: Int) {
    for tensor in tensors { uses.note(factory.tensors.root(of: tensor), at: time) }
  }

  func neededForBackward(_ node: Network.Node) -> Bool {
    differentiation.needsBackward(node)
  }

  /// Forward writes its extras whether or not backward will read them.
  private func extraShapes(_ node: Network.Node) -> [Shape] {
    savedForm(node, wanted: node.operands.map { _ in true }).extras
  }

  func savedForm(_ node: Network.Node, wanted: [Bool]) -> Saved {
    network.saved(by: node, wanted)
  }
}
