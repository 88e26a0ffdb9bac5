internal import Screen
internal import TraceFormat
internal import TraceSession

/// Backward at one node as message passing: the gradient that arrives, the local rule, and what is
/// passed on; in numbers where they were recorded, else in norms.
struct MessageBox {
  let row: GraphRow

  func draw(_ scene: Scene, on canvas: inout Canvas, in area: Rect) {
    let messages = scene.snapshot.messages
    let detail = messages.last { detail in row.nodes.contains { $0.id == detail.node } }
    let node = detail.flatMap { scene.snapshot.graph.node($0.node) } ?? row.output
    var note = ""
    if let detail, let position = messages.firstIndex(where: { $0.row == detail.row }) {
      // While a training is walked, nobody knows how many there will be.
      let count = scene.producer.isTraining ? "" : "/\(messages.count)"
      note = "step \(detail.step), op \(position + 1)\(count) of backward"
    }
    let inside = canvas.drawFrame(
      area, title: "backward of \(node.name) (\(node.kind))", note: note
    ).inset(1, 0)
    var lines = detail.map { Self.lines(of: $0, node) } ?? lines(of: node, scene)
    if lines.count > inside.height { lines = Self.shortened(lines, to: inside.height) }
    let isCut = lines.count > inside.height
    for (index, line) in lines.prefix(inside.height - (isCut ? 1 : 0)).enumerated() {
      draw(line, on: &canvas, in: inside.row(index))
    }
    if isCut {
      let ellipsis = canvas.glyphs == .ascii ? "~" : "…"
      canvas.write(
        "\(ellipsis) \(lines.count - inside.height + 1) more: a higher terminal shows them",
        Style(.dim), in: inside.row(inside.height - 1))
    }
  }

  /// A line: an arrow, what, its size, its numbers.
  private struct Line {
    var arrow: String
    var what: String
    var norm = ""
    var numbers: String
    var role: Role
  }

  /// On fewer lines where there are more than `height`: both rules on one, then all operands.
  private static func shortened(_ lines: [Line], to height: Int) -> [Line] {
    var lines = lines
    if let rule = lines.firstIndex(where: { $0.arrow == "rule" }), rule + 1 < lines.count,
      lines[rule + 1].arrow == "backward"
    {
      let backward = lines.remove(at: rule + 1)
      let both = [lines[rule].what, backward.what].filter { !$0.isEmpty }
      lines[rule].what = both.joined(separator: "   ")
      lines[rule].role = backward.role
    }
    guard lines.count > height else { return lines }
    let isOperand = { (line: Line) in line.arrow == "took" || line.arrow == "gave" }
    let operands = lines.filter(isOperand)
    guard operands.count > 1 else { return lines }
    lines.removeAll(where: isOperand)
    // As many to a line as it takes; shapes stand in the graph above.
    let count = max(1, height - lines.count)
    let share = (operands.count + count - 1) / count
    for first in stride(from: 0, to: operands.count, by: share) {
      let some = operands[first..<min(first + share, operands.count)]
      let texts = some.map { operand in
        let name = operand.what.prefix { $0 != " " }
        let isOutput = operand.arrow == "gave" && operand.arrow != operands[first].arrow
        return (isOutput ? "gave " : "") + "\(name) \(operand.norm)"
      }
      lines.append(
        Line(
          arrow: operands[first].arrow, what: texts.joined(separator: ", "), numbers: "",
          role: .dim))
    }
    return lines
  }

  private func draw(_ line: Line, on canvas: inout Canvas, in area: Rect) {
    let isWide = area.width >= 90
    let parts = area.columns(
      .cells(10), .cells(line.norm.isEmpty ? 0 : isWide ? 34 : 22),
      .cells(line.norm.isEmpty ? 0 : 12), .share(1))
    canvas.write(line.arrow, Style(.label), in: parts[0])
    if line.norm.isEmpty {
      canvas.write(line.what, Style(line.role), in: parts[3])
    } else {
      let what = line.what.fittedAtBothEnds(
        to: parts[1].width - 1, ellipsis: canvas.glyphs == .ascii ? "~" : "…")
      canvas.write(what, Style(.text), in: parts[1])
      canvas.write(line.norm, Style(.value), in: parts[2])
      canvas.write(line.numbers, Style(line.role), in: parts[3])
    }
  }
}

// MARK: - From what was recorded in detail

extension MessageBox {
  private static func lines(of detail: Detail, _ node: Graph.Node) -> [Line] {
    var lines: [Line] = []
    if let upstream = detail.upstream { lines.append(line("arrives", upstream, "∂")) }
    lines.append(Line(arrow: "rule", what: node.rule, numbers: "", role: .text))
    lines.append(Line(arrow: "backward", what: node.backwardRule, numbers: "", role: .gradient))
    for tensor in detail.outgoing {
      lines.append(line(tensor.isAdded ? "adds to" : "passes on", tensor, "∂"))
    }
    for tensor in detail.inputs { lines.append(line("took", tensor, "")) }
    if let output = detail.output { lines.append(line("gave", output, "")) }
    return lines
  }

  private static func line(_ arrow: String, _ tensor: Detail.Tensor, _ sign: String) -> Line {
    let isBroken = tensor.nonFinite > 0
    let numbers =
      tensor.values.isEmpty
      ? tensor.shape.shapeText
      : tensor.values.map { Figure.plain(Double($0)) }.joined(separator: " ")
    return Line(
      arrow: arrow,
      what: sign + tensor.name + (tensor.shape.isEmpty ? "" : " \(tensor.shape.shapeText)"),
      norm: "‖\(Figure.plain(tensor.norm))‖",
      numbers: isBroken ? "\(tensor.nonFinite) NaN or Inf: \(numbers)" : numbers,
      role: isBroken ? .error : sign.isEmpty ? .dim : .gradient)
  }
}

// MARK: - From columns

extension MessageBox {
  private func lines(of node: Graph.Node, _ scene: Scene) -> [Line] {
    let (snapshot, rms) = (scene.snapshot, scene.snapshot.outputRMS)
    func size(_ node: Graph.Node) -> (norm: String, numbers: String, role: Role) {
      guard let value = rms[node.id] else { return ("–", "no gradient, or not measured", .dim) }
      let norm = value * Double(node.elements).squareRoot()
      return (
        "‖\(Figure.number(norm))‖", "RMS \(Figure.scientific(value))",
        value.isFinite ? .gradient : .error
      )
    }
    let arrives = size(node)
    var lines = [
      Line(
        arrow: "arrives", what: "∂\(node.name) \(node.shape.shapeText)", norm: arrives.norm,
        numbers: arrives.numbers, role: arrives.role),
      Line(arrow: "rule", what: node.rule, numbers: "", role: .text),
      Line(arrow: "backward", what: node.backwardRule, numbers: "", role: .gradient),
    ]
    for id in node.inputs {
      guard let input = snapshot.graph.node(id) else { continue }
      let passed = size(input)
      lines.append(
        Line(
          arrow: "to", what: "∂\(input.name) \(input.shape.shapeText)", norm: passed.norm,
          numbers: passed.numbers, role: passed.role))
    }
    let columns = snapshot.step?.parameters ?? ParameterColumns()
    for id in node.parameters {
      let row = columns.parameter.firstIndex(of: id)
      let norm = row.flatMap { columns.measuredGradNorm(at: $0) }.map { Double($0) }
      let shape = snapshot.graph.parameter(id)?.shape.shapeText ?? ""
      lines.append(
        Line(
          arrow: "to", what: "∂\(snapshot.graph.name(ofParameter: id)) \(shape)",
          norm: norm.map { "‖\(Figure.number($0))‖" } ?? "–", numbers: "",
          role: .gradient))
    }
    return lines
  }
}
