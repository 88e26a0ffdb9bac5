internal import Autodiff
public import Rematerialization

/// A plan as a file: what `gradtop plan -o` writes and `gradtop run --plan` runs.
public enum PlanFile {
  static let form = "gradtop plan 1"

  /// The file's text.
  ///
  /// - Parameter modules: What to wrap in `torch.utils.checkpoint`.
  public static func text(
    _ order: [NetworkAction], of network: NetworkCosts, model: String, budget: Int, peak: Int,
    time: Double, solver: String, modules: [String]
  ) -> String {
    var hasRun = Array(repeating: false, count: network.nodes.count)
    let steps = order.map { action -> JSONValue in
      switch action {
      case .forward(let node):
        defer { hasRun[node] = true }
        return .string((hasRun[node] ? "recompute " : "forward ") + network.nodes[node].name)
      case .backward(let node): return .string("backward " + network.nodes[node].name)
      case .offload(let node): return .string("offload " + network.nodes[node].name)
      }
    }
    let layers = network.decisions(for: order).map { it -> JSONValue in
      .object([
        .init("layer", .string(it.layer)),
        .init("decision", .string(it.name)),
        .init("freed_bytes", .integer(it.freed)), .init("paid_ms", .number(it.paid / 1e6)),
      ])
    }
    return JSONValue.object([
      .init("format", .string(form)), .init("model", .string(model)),
      .init("budget", .integer(budget)), .init("peak", .integer(peak)),
      .init("step_ms", .number(time / 1e6)), .init("solver", .string(solver)),
      .init("torch_checkpoint", .array(modules.map { .string($0) })),
      .init("layers", .array(layers)), .init("order", .array(steps)),
    ]).text + "\n"
  }

  /// The order that stands in `bytes`, for `network`.
  ///
  /// - Throws: `ModelFileError` where it is no plan, or one of another network.
  static func order(
    _ bytes: [UInt8], for network: Network
  ) throws(ModelFileError) -> [NetworkAction] {
    var reader = try ObjectReader(try JSONParser.parse(bytes), path: "")
    guard try reader.optionalString("format") == form else {
      throw ModelFileError(
        "format", "expected \"\(form)\"",
        hint: "gradtop plan TRACE --budget SIZE -o plan.json writes one")
    }
    guard let items = try reader.optionalArray("order") else {
      throw reader.missing("order", "an array")
    }
    let nodes = Dictionary(
      network.nodes.enumerated().map { ($1.name, $0) },
      uniquingKeysWith: { first, _ in first })
    var actions: [NetworkAction] = []
    for (index, item) in items.enumerated() {
      let path = "order[\(index)]"
      guard case .string(let text) = item, let space = text.firstIndex(of: " ") else {
        throw ModelFileError(path, "expected an op such as \"forward fc1\", found \(item.summary)")
      }
      let name = String(text[text.index(after: space)...])
      guard let node = nodes[name] else {
        throw ModelFileError(
          path, "the model has no node \"\(name)\"",
          hint: Spelling.hint(for: name, among: network.nodes.map(\.name)))
      }
      switch text[..<space] {
      case "forward", "recompute": actions.append(.forward(node))
      case "backward": actions.append(.backward(node))
      case "offload": actions.append(.offload(node))
      default:
        throw ModelFileError(
          path, "expected forward, recompute, offload or backward, found \"\(text)\"")
      }
    }
    return actions
  }
}
