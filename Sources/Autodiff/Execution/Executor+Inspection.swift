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
      let node = plan.network[it.node]
      var reading = OpReading(row: row, node: it.node, phase: it.phase)
      var before: [Int: [Float]] = [:]
      if it.phase == .backward {
        reading.inputs = node.operands.compactMap { inspection.values[$0.index] }
        reading.output = inspection.values[node.result.index]
        reading.upstream = self.reading(ofGradient: node.result)
        for operand in node.operands where inspection.begun.contains(operand.index) {
          before[operand.index] = gradientElements(operand)
        }
      } else {
        // Before it runs: it may write over what it takes.
        reading.inputs = node.operands.map { self.reading(of: $0, inspection) }
      }
      last = noteMeasuring(since: last)
      last = run(row..<(row + 1), record: record, step: step, since: last)
      if it.phase == .backward {
        reading.outgoing = outgoing(of: node, before: before)
        inspection.begun.formUnion(node.operands.map(\.index))
      } else {
        inspection.values[node.result.index] = nil
        reading.output = self.reading(of: node.result, inspection)
      }
      inspection.observe(reading)
      last = noteMeasuring(since: last)
    }
    return last
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
  private func outgoing(of node: Network.Node, before: [Int: [Float]]) -> [TensorReading] {
    var seen: Set<ValueID> = []
    return node.operands.compactMap { operand in
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
