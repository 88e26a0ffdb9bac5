internal import Diagnosis
internal import Screen
internal import TraceFormat
internal import TraceSession

// MARK: - What a budget means

extension MemoryPanel {
  /// What the plan that is looked at keeps and makes again, and how plans that were run have done.
  func drawPlan(
    _ scene: Scene, _ choice: Int?, _ answer: String, on canvas: inout Canvas, in box: Rect
  ) {
    guard let frontier = scene.planning.frontier, !frontier.choices.isEmpty else {
      let inside = canvas.drawFrame(box, title: "plans").inset(1, 0)
      drawHistory(scene, on: &canvas, in: inside)
      return
    }
    guard let choice else {
      let inside = canvas.drawFrame(box, title: "plans", note: "+ - choose a budget").inset(1, 0)
      var rows = canvas.draw(outlook(frontier), in: inside)
      rows += drawHistory(scene, on: &canvas, in: inside.below(rows))
      if let plan = scene.snapshot.plans.last?.plan {
        drawLayers(plan.layers, on: &canvas, in: inside.below(rows))
      }
      return
    }
    let it = frontier.choices[choice]
    let inside = canvas.drawFrame(
      box, title: "with \(Figure.bytes(Double(it.point.peak)))",
      note: "plan \(choice + 1)/\(frontier.choices.count)"
    ).inset(1, 0)
    var rows = canvas.draw(facts(frontier, choice, scene, answer), in: inside)
    rows += drawHistory(scene, on: &canvas, in: inside.below(rows))
    drawLayers(it.layers, on: &canvas, in: inside.below(rows))
  }

  private func facts(
    _ frontier: MemoryFrontier, _ choice: Int, _ scene: Scene, _ answer: String
  ) -> [Fact] {
    let (point, all) = (frontier.choices[choice].point, frontier.storeAll)
    let slope = frontier.slope(at: choice)
    var facts = [
      Fact("step", "\(Figure.duration(point.time)) \(Self.change(point.time, all.time))", .value),
      Fact(
        "peak",
        "\(point.peak) B \(Self.change(Double(point.peak), Double(all.peak)))"
          + (frontier.isPacked ? "" : ", estimated"), .value),
    ]
    if choice + 1 < frontier.choices.count {
      facts.append(Fact("next MB", "buys \(Figure.number(slope)) ms"))
    }
    if choice == 0 { facts.append(Fact("wall", frontier.wall, .error)) }
    if !scene.planning.note.isEmpty {
      facts.append(Fact("Enter", scene.planning.note, .warning))
    } else if !answer.isEmpty {
      facts.append(Fact("Enter", answer, .warning))
    } else if case .training = scene.producer {
      facts.append(Fact("Enter", "the run goes on with it", .keyHint))
    } else {
      facts.append(Fact("run", "--memory-budget \(point.peak)", .keyHint))
    }
    return facts
  }

  /// What there is to choose from.
  private func outlook(_ frontier: MemoryFrontier) -> [Fact] {
    let (all, first) = (frontier.storeAll, frontier.choices[0].point)
    var facts = [
      Fact("store all", "\(Figure.bytes(Double(all.peak))), \(Figure.duration(all.time))")
    ]
    if let knee = frontier.knee.map({ frontier.choices[$0].point }) {
      facts.append(
        Fact(
          "knee",
          "\(Figure.bytes(Double(knee.peak))) \(Self.change(Double(knee.peak), Double(all.peak))), "
            + "time \(Self.change(knee.time, all.time))"))
    }
    facts.append(
      Fact(
        "wall",
        "\(Figure.bytes(Double(first.peak))), time \(Self.change(first.time, all.time)): "
          + frontier.wall))
    return facts
  }

  /// `+8.1%`.
  private static func change(_ value: Double, _ whole: Double) -> String {
    guard whole > 0 else { return "" }
    let change = value / whole - 1
    return (change < 0 ? "−" : "+") + Figure.percent(abs(change))
  }

  /// The plans that were run: what was predicted, what was measured.
  @discardableResult
  private func drawHistory(_ scene: Scene, on canvas: inout Canvas, in area: Rect) -> Int {
    let shown = scene.snapshot.plans.filter { $0.plan != nil }.suffix(3)
    var row = 0
    for period in shown where row < area.height {
      guard let plan = period.plan else { continue }
      let predicted = plan.predictedTime.map { "predicted \(Figure.duration(Double($0)))" }
      let measured = period.stepTime.map { "measured \(Figure.duration($0))" }
      let text = [Figure.bytes(Double(plan.peak)), predicted, measured].compactMap { $0 }
        .joined(separator: ", ")
      row += canvas.draw(
        [Fact("ran \(plan.firstStep)…", text)], in: area.below(row))
      guard row < area.height, plan.verifiedSteps > 0 else { continue }
      let badge =
        plan.isVerified
        ? ((canvas.glyphs == .ascii ? "" : "✓ ") + "gradients bitwise equal", Role.good)
        : ("gradients differ: \(plan.difference)", Role.error)
      canvas.write(badge.0, Style(badge.1, bold: true), in: area.row(row))
      row += 1
    }
    return row
  }

  /// What is made again, the most freed bytes first; then what is kept.
  private func drawLayers(
    _ layers: [PlanRecord.Layer], on canvas: inout Canvas, in area: Rect
  ) {
    guard area.height >= 2 else { return }
    let again = layers.filter { $0.choice != .kept }.sorted { $0.freed > $1.freed }
    let kept = layers.filter { $0.choice == .kept }
    var table = Table(
      [
        TableColumn("layer", minimum: 10, growth: 3, alignment: .left, priority: 10),
        TableColumn("", minimum: 10, alignment: .left, priority: 6),
        TableColumn("freed", minimum: 9, priority: 8),
        TableColumn("paid", minimum: 8, priority: 7),
      ],
      (again + kept).prefix(area.height - 1).map { layer in
        let isKept = layer.choice == .kept
        let (word, role): (String, Role) =
          switch layer.choice {
          case .kept: ("kept", .dim)
          case .recomputed: ("recomputed", .recompute)
          case .offloaded: ("offloaded", .data)
          }
        return [
          .name(layer.path, Style(isKept ? .dim : .text)), .text(word, Style(role)),
          .text(isKept ? "" : Figure.bytes(Double(layer.freed)), Style(.value)),
          .text(
            isKept || layer.paid == 0 ? "" : Figure.duration(Double(layer.paid)), Style(.recompute)),
        ]
      })
    table.selected = nil
    canvas.draw(table, in: area)
  }
}

extension Rect {
  /// What is left of it below so many rows.
  fileprivate func below(_ rows: Int) -> Rect {
    Rect(x: x, y: y + rows, width: width, height: max(0, height - rows))
  }
}
