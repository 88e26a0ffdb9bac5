/// The tables that a trace can be exported as.
public enum Table: String, CaseIterable, Sendable {
  case layers, ops, steps, gradients, activations, memory, time, findings, events

  /// The names of its columns, in order.
  public var columns: [String] { type.columns }

  /// A fresh builder of its rows.
  var builder: any TableBuilder { type.init() }

  private var type: any TableBuilder.Type {
    switch self {
    case .layers: LayersTable.self
    case .ops: OpsTable.self
    case .steps: StepsTable.self
    case .gradients: GradientsTable.self
    case .activations: ActivationsTable.self
    case .memory: MemoryTable.self
    case .time: TimeTable.self
    case .findings: FindingsTable.self
    case .events: EventsTable.self
    }
  }
}

/// How a table is written.
public enum TableFormat: String, CaseIterable, Sendable {
  /// RFC 4180, with a header.
  case csv
  /// A JSON object for each row, on a line of its own.
  case json
}
