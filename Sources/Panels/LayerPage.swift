internal import Diagnosis
internal import Screen
internal import TraceFormat
internal import TraceSession

/// All that is known of one layer: its rule, shapes, time, bytes, and its gradient over steps.
struct LayerPage {
  let layer: Graph.Layer

  func draw(_ scene: Scene, on canvas: inout Canvas, in area: Rect) {
    let snapshot = scene.snapshot
    let isWide = area.width >= 90
    let parts =
      isWide ? area.columns(.share(1), .share(1)) : area.rows(.share(3), .share(2))
    let inside = canvas.drawFrame(parts[0], title: layer.path, note: "Enter: back").inset(1, 0)
    canvas.draw(facts(scene), in: inside)
    guard let node = snapshot.graph.outputNode(ofLayer: layer.path) else { return }
    var curves = [Rect](repeating: parts[1], count: 1)
    let unrolled = snapshot.unrolledNode(ofLayer: layer.path)
    let parameters = snapshot.graph.parameters(ofLayer: layer.path)
    if isWide {
      let time: Extent = unrolled == nil ? .cells(0) : .share(1)
      let weights: Extent = parameters.isEmpty ? .cells(0) : .share(1)
      curves = parts[1].rows(.share(1), weights, time)
    } else {
      curves = parts[1].rows(.share(1), .cells(0), unrolled == nil ? .cells(0) : .share(1))
    }
    draw(
      snapshot.outputGradNorms[node.id], "gradient norm of the output", Style(.gradient), scene,
      on: &canvas, in: curves[0])
    if let parameter = parameters.first {
      draw(
        snapshot.parameterGradNorms[parameter.id], "gradient norm of \(parameter.name)",
        Style(.parameter), scene, on: &canvas, in: curves[1])
    }
    if let unrolled {
      let inside = canvas.drawFrame(curves[2], title: "gradient RMS over time steps")
      canvas.drawTimeProfile(snapshot.outputRMSOverTime(of: unrolled.id), in: inside)
    }
  }

  private func draw(
    _ series: Series?, _ title: String, _ style: Style, _ scene: Scene, on canvas: inout Canvas,
    in area: Rect
  ) {
    guard area.height > 2 else { return }
    let now = series?.value(at: scene.snapshot.cursor).map { Figure.number(Double($0.mean)) }
    let inside = canvas.drawFrame(area, title: title, note: now ?? "")
    guard let series, let extent = scene.snapshot.extent else { return }
    let count = BrailleCurve.capacity(in: inside)
    // Where few steps were measured, the older value stands until the next.
    var last: CurvePoint?
    let points = series.curvePoints(count, over: extent).map { point -> CurvePoint? in
      last = point ?? last
      return last
    }
    var curve = BrailleCurve(points, isLogarithmic: (series.minimum ?? 0) > 0)
    curve.style = style
    curve.cursor = extent.column(of: scene.snapshot.cursor, width: count / 2)
    canvas.draw(curve, in: inside)
  }
}

// MARK: - Facts

extension LayerPage {
  private func facts(_ scene: Scene) -> [Fact] {
    let (snapshot, graph) = (scene.snapshot, scene.snapshot.graph)
    let figures = LayerFigures([layer], snapshot, snapshot.outputRMS)
    let nodes = graph.nodes(ofLayer: layer.path)
    var facts: [Fact] = scene.findings(of: layer.path).map { finding in
      Fact(
        finding.severity.rawValue, finding.message,
        finding.severity.role)
    }
    facts.append(Fact("kind", layer.kind, .value))
    for node in nodes.prefix(4) { facts += self.facts(of: node, in: nodes, graph) }
    facts += parameterFacts(snapshot)
    if let host = figures.host {
      facts.append(
        Fact("runs", "in \(host): one kernel does both, and its time and work are told there"))
    }
    if figures.host == nil {
      facts.append(Fact("forward", timeText(figures.forward, figures.forwardFlops), .forward))
      facts.append(Fact("backward", timeText(figures.backward, figures.backwardFlops), .backward))
    }
    if figures.savedBytes > 0 {
      let saved = Set(nodes.flatMap(\.saved)).sorted().compactMap(graph.tensor)
      let names = saved.map { tensor in
        (tensor.isFromBatch ? "batch or weights" : graph.name(ofNode: tensor.producer))
          + " \(Figure.bytes(Double(tensor.bytes)))"
      }
      facts.append(
        Fact("keeps", Figure.bytes(figures.savedBytes) + ": " + names.joined(separator: ", ")))
    }
    facts += outputFacts(nodes.last, snapshot)
    return facts
  }

  private func facts(
    of node: Graph.Node, in nodes: [Graph.Node], _ graph: GraphIndex
  ) -> [Fact] {
    var inputs = node.inputs.map { id in
      graph.name(ofNode: id) + " " + (graph.node(id)?.shape.shapeText ?? "")
    }
    if inputs.isEmpty { inputs = node.operands.map { "\($0.shape.shapeText) \($0.dtype)" } }
    var facts: [Fact] = []
    if nodes.count > 1 { facts.append(Fact("node", "\(node.name) (\(node.kind))", .title)) }
    facts.append(
      Fact("takes", inputs.isEmpty ? "the batch, or nothing" : inputs.joined(separator: ", ")))
    // A profile tells what an op gives only where it was asked for shapes.
    if !node.dtype.isEmpty {
      facts.append(Fact("gives", "\(node.shape.shapeText) \(node.dtype)"))
    }
    if !node.rule.isEmpty { facts.append(Fact("rule", node.rule, .value)) }
    if !node.backwardRule.isEmpty { facts.append(Fact("passes on", node.backwardRule, .gradient)) }
    return facts
  }

  private func parameterFacts(_ snapshot: Snapshot) -> [Fact] {
    let columns = snapshot.step?.parameters ?? ParameterColumns()
    var rows: [UInt32: Int] = [:]
    for (row, id) in columns.parameter.enumerated() { rows[id] = row }
    return snapshot.graph.parameters(ofLayer: layer.path).flatMap { parameter -> [Fact] in
      let row = rows[parameter.id]
      func figure(_ column: [Float]) -> String {
        row.flatMap { $0 < column.count ? Figure.number(Double(column[$0])) : nil } ?? "–"
      }
      let name = parameter.name.split(separator: ".").last.map(String.init) ?? parameter.name
      let gradient =
        row.flatMap { columns.measuredGradNorm(at: $0) }
        .map { Figure.number(Double($0)) } ?? "none"
      return [
        Fact(
          name,
          "\(parameter.shape.shapeText)  ‖w‖ \(figure(columns.weightNorm))  ‖∂w‖ \(gradient)  "
            + "‖Δw‖ \(figure(columns.updateNorm))", .parameter)
      ]
    }
  }

  private func timeText(_ time: Double?, _ flops: Double) -> String {
    guard let time else { return "–" }
    // Floating-point operations in a nanosecond are 10⁹ in a second.
    let speed = flops > 0 && time > 0 ? ", \(Figure.fixed(flops / time, places: 1)) GFLOP/s" : ""
    let work = flops > 0 ? ", \(Figure.count(flops)) FLOPs" : ""
    return "\(Figure.duration(time)) a step\(work)\(speed)"
  }

  private func outputFacts(_ node: Graph.Node?, _ snapshot: Snapshot) -> [Fact] {
    guard let node, let columns = snapshot.activationStep?.activations,
      let row = columns.node.indices.first(where: {
        columns.node[$0] == node.id && columns.isWhole($0)
      })
    else { return [] }
    func figure(_ column: [Float]) -> String {
      row < column.count ? Figure.number(Double(column[row])) : "–"
    }
    var facts = [
      Fact(
        "output",
        "mean \(figure(columns.mean)), std \(figure(columns.std)), "
          + "\(figure(columns.min)) to \(figure(columns.max))")
    ]
    if row < columns.deadUnits.count, row < columns.units.count,
      row < columns.saturatedUnits.count
    {
      let (dead, saturated) = (columns.deadUnits[row], columns.saturatedUnits[row])
      let isIll = 2 * max(UInt64(dead), UInt64(saturated)) > UInt64(columns.units[row])
      facts.append(
        Fact(
          "units", "\(columns.units[row]): \(dead) dead, \(saturated) saturated",
          isIll ? .warning : .text))
    }
    return facts
  }
}
