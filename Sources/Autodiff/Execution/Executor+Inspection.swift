extension Executor {
  /// Runs rows one by one, as `run` does, and tells what each took and made.
  func inspect(
    _ rows: Range<Int>, _ inspection: OpInspection, record: StepRecord, step: Int,
    since start: UInt64
  ) -> UInt64 {
    var last = start
    prepare(inspection, for: rows)
    for row in rows {
      let it = plan.rows[row]
      if it.phase == .offloadOut || it.phase == .offloadIn {
        last = run(row..<(row + 1), record: record, step: step, since: last)
        continue
      }
      let (operands, result) = ends(of: it)
      var reading = OpReading(row: row, node: it.node, phase: it.phase)
      var before: [Int: [Float]] = [:]
      if it.phase == .backward {
        reading.inputs = operands.compactMap { inspection.values[$0.index] }
        reading.output = inspection.values[result.index]
        reading.upstream = self.reading(ofGradient: result)
        for operand in operands where inspection.begun.contains(operand.index) {
          before[operand.index] = gradientElements(operand)
        }
      } else {
        // Before it runs: it may write over what it takes.
        reading.inputs = operands.map { self.reading(of: $0, inspection) }
      }
      last = noteMeasuring(since: last)
      last = run(row..<(row + 1), record: record, step: step, since: last)
      if it.phase == .backward {
        reading.outgoing = outgoing(to: operands, before: before)
        inspection.begun.formUnion(operands.map(\.index))
      } else {
        inspection.values[result.index] = nil
        reading.output = self.reading(of: result, inspection)
      }
      inspection.observe(reading)
      last = noteMeasuring(since: last)
    }
    return last
  }

  /// What a row takes and what comes out of it; what fused nodes hand to each other is neither.
  private func ends(of row: PlanRow) -> (operands: [ValueID], result: ValueID) {
    let nodes = row.nodes.map { plan.network[$0] }
    let inner = Set(nodes.dropLast().map(\.result))
    return (
      nodes.flatMap(\.operands).filter { !inner.contains($0) },
      nodes.last?.result ?? plan.network[row.node].result
    )
  }

  /// Gradients of parameters pile up over micro-batches, all others begin anew.
  private func prepare(_ inspection: OpInspection, for rows: Range<Int>) {
    guard let first = rows.first, plan.rows[first].phase == .forward else { return }
    inspection.values = [:]
    let isFirst = first == 0
    inspection.begun = Set(
      plan.network.parameters.map(\.value.index).filter {
        isFirst ? !plan.options.zeroGrad : inspection.begun.contains($0)
      })
  }

  /// Each gradient once, as far as this op made it.
  private func outgoing(to operands: [ValueID], before: [Int: [Float]]) -> [TensorReading] {
    var seen: Set<ValueID> = []
    return operands.compactMap { operand in
      guard seen.insert(operand).inserted, var elements = gradientElements(operand) else {
        return nil
      }
      if let old = before[operand.index] {
        for index in elements.indices { elements[index] -= old[index] }
      }
      var reading = TensorReading(operand, elements)
      reading.isAdded = before[operand.index] != nil
      return reading
    }
  }

  private func reading(of value: ValueID, _ inspection: OpInspection) -> TensorReading {
    if let known = inspection.values[value.index] { return known }
    let reading = TensorReading(value, valueElements(value))
    inspection.values[value.index] = reading
    return reading
  }

  private func reading(ofGradient value: ValueID) -> TensorReading? {
    gradientElements(value).map { TensorReading(value, $0) }
  }

  private func valueElements(_ value: ValueID) -> [Float] {
    let it = plan.network[value]
    let (start, count) = (floats(plan.valueTensors[value.index]), it.shape.elementCount)
    guard it.type == .int32 else {
      return rowOrder(of: value)
    }
    return start.withMemoryRebound(to: Int32.self, capacity: count) { numbers in
      (0..<count).map { Float(numbers[$0]) }
    }
  }

  private func gradientElements(_ value: ValueID) -> [Float]? {
    plan.gradientTensors[value.index].map { rowOrder($0, like: value) }
  }
}

extension TensorReading {
  init(_ value: ValueID, _ elements: [Float]) {
    var (squares, broken) = (0.0, 0)
    for element in elements {
      squares += Double(element) * Double(element)
      if !element.isFinite { broken += 1 }
    }
    self.init(
      value: value, norm: squares.squareRoot(), nonFinite: broken,
      elements: elements.count <= OpInspection.valueLimit ? elements : [])
  }
}
