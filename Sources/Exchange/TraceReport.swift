public import TraceFormat
import TraceSession

/// What is in a trace and how whole it is, for people and for scripts.
public struct TraceReport: Sendable {
  /// A figure of the report; empty where the trace does not say.
  struct Entry: Equatable, Sendable {
    var key: String
    var cell: Cell
  }

  let entries: [Entry]
  let gaps: [TraceGap]

  init(entries: [Entry], gaps: [TraceGap]) {
    (self.entries, self.gaps) = (entries, gaps)
  }

  /// The report on what `info` found.
  public init(_ info: TraceInfo) {
    gaps = info.gaps
    entries =
      Self.run(info.run) + Self.steps(info) + Self.network(info) + Self.plan(info)
      + Self.file(info)
  }

  /// Lines of `key: value`; what the trace does not say has no line.
  public var text: String {
    var lines = entries.filter { $0.cell != .empty }.map { "\($0.key): \(oneLine($0.cell))" }
    lines.append("gaps: \(gaps.count)")
    lines += gaps.map { gap in
      let events = gap.droppedEvents > 0 ? ", \(gap.droppedEvents) events dropped" : ""
      let steps = gap.steps.map { ", steps \($0.lowerBound)..\($0.upperBound)" } ?? ""
      return "gap: bytes \(gap.bytes.lowerBound)..<\(gap.bytes.upperBound)\(steps): "
        + "\(gap.reason)\(events)"
    }
    return lines.map { $0 + "\n" }.joined()
  }

  /// One JSON object with the same keys, on one line; what the trace does not say is null.
  public var json: String {
    var text = TextBuffer()
    text.append("{")
    for entry in entries {
      text.append(quoted: entry.key)
      text.append(":")
      if entry.key == "ended" {
        text.append(entry.cell == .text("yes") ? "true," : "false,")
      } else {
        text.append(json: entry.cell)
        text.append(",")
      }
    }
    text.append("\"gaps\":[")
    for (index, gap) in gaps.enumerated() {
      if index > 0 { text.append(",") }
      text.append(utf8: "{\"start\":\(gap.bytes.lowerBound)")
      text.append(utf8: ",\"end\":\(gap.bytes.upperBound)")
      let (first, last) = (gap.steps?.lowerBound, gap.steps?.upperBound)
      text.append(",\"first_step\":")
      text.append(json: Cell(first))
      text.append(",\"last_step\":")
      text.append(json: Cell(last))
      text.append(utf8: ",\"dropped_events\":\(gap.droppedEvents),\"reason\":")
      text.append(quoted: gap.reason)
      text.append("}")
    }
    text.append("]}\n")
    return text.string
  }

  /// A name with a line break must not make a line of its own.
  private func oneLine(_ cell: Cell) -> String {
    String(cell.description.map { $0.isNewline ? " " : $0 })
  }
}

// MARK: - Figures

extension TraceReport {
  private static func run(_ run: Run?) -> [Entry] {
    [
      Entry("name", Cell(run?.name)),
      Entry("run_id", Cell(run?.runID)),
      Entry("seed", Cell(run?.seed)),
      Entry("producer", Cell(run?.producer)),
      Entry("version", Cell(run?.version)),
      Entry("device", Cell(run?.device)),
      Entry("threads", Cell(run?.threads)),
      Entry("precision", Cell(run?.precision)),
      Entry("norms_every", Cell(run?.normsEvery)),
    ]
  }

  private static func steps(_ info: TraceInfo) -> [Entry] {
    [
      Entry("steps", Cell(info.steps)),
      Entry("first_step", Cell(info.firstStep)),
      Entry("last_step", Cell(info.lastStep)),
      Entry("loss_first", Cell(info.first?.loss)),
      Entry("loss_last", Cell(info.last?.loss)),
      Entry("accuracy_last", Cell(info.last?.accuracy)),
    ]
  }

  /// The textbook's rule: where forward costs N, backward costs 2 N, and a step 3 N.
  private static func network(_ info: TraceInfo) -> [Entry] {
    let graph = info.graph.map { GraphIndex($0) }
    let counted = graph.flatMap { $0.tellsFlops ? $0 : nil }
    let (forward, backward) = (counted?.forwardFlops, counted?.backwardFlops)
    var ratio: Double?
    var total: UInt64?
    if let forward, let backward {
      total = forward &+ backward
      if forward > 0 { ratio = Double(backward) / Double(forward) }
    }
    return [
      Entry("layers", graph.map { Cell($0.leafLayers.filter { !$0.isLoss }.count) } ?? .empty),
      Entry("nodes", graph.map { Cell($0.graph.nodes.count) } ?? .empty),
      Entry("parameters", Cell(graph.flatMap { $0.tellsParameters ? $0.parameterCount : nil })),
      Entry("forward_flops", Cell(forward)),
      Entry("backward_flops", Cell(backward)),
      Entry("backward_over_forward", Cell(ratio)),
      Entry("total_flops", Cell(total)),
      Entry("arena_bytes", Cell(info.run.flatMap { $0.arenaBytes > 0 ? $0.arenaBytes : nil })),
      Entry("arena_lower_bound_bytes", Cell(largestSum(info.first?.memory))),
      Entry("saved_bytes", Cell(graph.flatMap { $0.tellsSavedBytes ? $0.savedBytes : nil })),
    ]
  }

  /// The bytes that live at the fullest moment: no arena needs less.
  private static func largestSum(_ columns: MemoryColumns?) -> UInt64? {
    guard let columns else { return nil }
    return columns.row.indices.map { columns.totalBytes(at: $0) ?? 0 }.max()
  }

  /// The plan in force at the end.
  private static func plan(_ info: TraceInfo) -> [Entry] {
    let plan = info.plans.last
    let recomputed = plan?.layers.filter { $0.choice == .recomputed }.map(\.path)
    var verdict: String?
    if let plan, plan.verifiedSteps > 0 {
      verdict =
        plan.isVerified
        ? "\(plan.verifiedGradients) gradients of \(plan.verifiedSteps) steps are bitwise equal"
        : "no: \(plan.difference) differs"
    }
    return [
      Entry("plans", info.plans.isEmpty ? .empty : Cell(info.plans.count)),
      Entry("plan_first_step", Cell(plan?.firstStep)),
      Entry("plan_budget_bytes", Cell(plan?.budget)),
      Entry("plan_peak_bytes", Cell(plan?.peak)),
      Entry("plan_store_all_bytes", Cell(plan?.storeAllPeak)),
      Entry("plan_predicted_step_ms", Cell(plan?.predictedTime.map { Double($0) / 1e6 })),
      Entry("plan_recomputed_layers", Cell(recomputed?.joined(separator: " "))),
      Entry("plan_verified", Cell(verdict)),
    ]
  }

  private static func file(_ info: TraceInfo) -> [Entry] {
    [
      Entry("trace_bytes", Cell(info.bytes)),
      Entry("chunks", Cell(info.chunks)),
      Entry("ended", .text(info.ended ? "yes" : "no")),
      Entry("incomplete_bytes", Cell(info.incompleteBytes)),
    ]
  }
}

extension TraceReport.Entry {
  init(_ key: String, _ cell: Cell) {
    (self.key, self.cell) = (key, cell)
  }
}
