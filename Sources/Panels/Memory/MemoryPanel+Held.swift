internal import Screen
internal import TraceFormat
internal import TraceSession

// MARK: - What is held

extension MemoryPanel {
  func drawCategories(
    _ curve: MemoryCurve, peak: Int, now: Int, _ scene: Scene, on canvas: inout Canvas,
    in area: Rect
  ) {
    let total = Double(curve.totals[now])
    let inside = canvas.drawFrame(
      area, title: now == peak ? "at the peak" : "at the cursor", note: Figure.bytes(total)
    ).inset(1, 0)
    var parts = curve.categories.reversed().map { category in
      let look = Self.look(category.name)
      return PartOfWhole(
        name: category.name, amount: Double(category.bytes[now]),
        figure: Figure.bytes(Double(category.bytes[now])), role: look.role,
        mark: canvas.glyphs == .ascii ? look.ascii : look.fill)
    }
    parts.sort { $0.amount > $1.amount }
    canvas.draw(parts, of: total, in: inside)
    let kept = Double(scene.snapshot.graph.savedBytes)
    let arena = Double(scene.snapshot.run?.arenaBytes ?? 0)
    let facts = [
      Fact("kept", "\(Figure.bytes(kept)) for backward"),
      Fact("arena", "\(Figure.bytes(arena)) after packing"),
    ]
    let used = parts.count + 2
    if inside.height >= used + facts.count {
      canvas.draw(
        facts,
        in: Rect(
          x: inside.x, y: inside.y + used, width: inside.width, height: inside.height - used))
    }
  }

  func drawHeld(
    _ curve: MemoryCurve, peak: Int, now: Int, _ scene: Scene, on canvas: inout Canvas,
    in area: Rect
  ) {
    let op = op(at: now, curve, scene.snapshot)
    let place = op.map { "\($0.phase?.name ?? "") of \($0.name)" } ?? ""
    let inside = canvas.drawFrame(
      area, title: "kept for backward during \(place)", note: "op \(now + 1)/\(curve.totals.count)")
    let held = scene.snapshot.heldTensors(at: curve.rows[now])
    let most = Double(held.first?.bytes ?? 0)
    var table = Table(
      [
        TableColumn("output of", minimum: 12, growth: 4, alignment: .left, priority: 10),
        TableColumn("bytes", minimum: 9, priority: 9),
        TableColumn("", minimum: 6, growth: 2, alignment: .left, priority: 4),
        TableColumn("until backward of", minimum: 12, growth: 3, alignment: .left, priority: 6),
      ],
      held.prefix(max(0, inside.height - 1)).map { tensor in
        [
          .name(tensor.name, Style(.text)),
          .text(Figure.bytes(Double(tensor.bytes)), Style(.value)),
          .bar(most > 0 ? Double(tensor.bytes) / most : 0, Style(.activation)),
          .name(tensor.until, Style(.label)),
        ]
      })
    table.selected = nil
    canvas.draw(table, in: inside)
  }
}
