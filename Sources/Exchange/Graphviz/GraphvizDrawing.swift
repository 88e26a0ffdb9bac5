import TraceFormat
import TraceSession

/// One network as DOT text.
struct GraphvizDrawing {
  let graph: GraphIndex
  let totals: OpTotals
  /// Nanoseconds, forward and backward, of the node that takes longest.
  private let slowest: Double

  init(graph: GraphIndex, totals: OpTotals) {
    (self.graph, self.totals) = (graph, totals)
    slowest =
      graph.graph.nodes.lazy.map { node in
        (totals.total(of: node.id, in: .forward)?.meanTime ?? 0)
          + (totals.total(of: node.id, in: .backward)?.meanTime ?? 0)
      }.max() ?? 0
  }

  func draw(_ name: String, to text: TextWriter) {
    text.write("digraph ")
    text.write(Self.quoted(name))
    text.write(" {\n  node [shape=box, style=\"rounded,filled\", fontname=\"sans-serif\"];\n")
    let tree = Tree(graph)
    draw(tree.roots, of: tree, depth: 1, to: text)
    for node in graph.graph.nodes {
      for input in node.inputs where graph.node(input) != nil {
        text.write("  n\(input) -> n\(node.id);\n")
      }
    }
    text.write("}\n")
  }

  private func draw(_ items: [Tree.Item], of tree: Tree, depth: Int, to text: TextWriter) {
    let indent = String(repeating: "  ", count: depth)
    for item in items {
      switch item {
      case .node(let position):
        text.write(indent + statement(graph.graph.nodes[position]) + "\n")
      case .container(let path, let id):
        text.write(indent + "subgraph cluster_\(id) {\n")
        text.write(indent + "  label=\(Self.quoted(path));\n")
        draw(tree.items(in: path), of: tree, depth: depth + 1, to: text)
        text.write(indent + "}\n")
      }
    }
  }

  private func statement(_ node: Graph.Node) -> String {
    let forward = totals.total(of: node.id, in: .forward)?.meanTime
    let backward = totals.total(of: node.id, in: .backward)?.meanTime
    var lines = [node.name, "\(node.kind) → \(node.shape)"]
    if let forward {
      let behind = backward.map { " · backward \(Self.microseconds($0))" } ?? ""
      lines.append("forward \(Self.microseconds(forward))" + behind)
    }
    let saved = node.saved.compactMap(graph.tensor).filter { !$0.isFromBatch }
    let bytes = saved.reduce(UInt64(0)) { $0 &+ $1.bytes }
    if bytes > 0 { lines.append("saves \(bytes) bytes") }
    let label = lines.map(Self.escaped).joined(separator: "\\n")
    let heat = heat((forward ?? 0) + (backward ?? 0))
    return "n\(node.id) [label=\"\(label)\", fillcolor=\"0.05 \(heat) 1.0\"];"
  }

  /// Saturation of the color: the share of the slowest node's time.
  private func heat(_ time: Double) -> Double {
    slowest > 0 ? (time / slowest * 1000).rounded() / 1000 : 0
  }

  private static func microseconds(_ nanoseconds: Double) -> String {
    "\((nanoseconds / 100).rounded() / 10) µs"
  }

  private static func escaped(_ text: String) -> String {
    var result = ""
    for character in text.unicodeScalars {
      switch character {
      case "\"", "\\": result += "\\\(character)"
      case "\u{0}"..<" ", "\u{7F}": result += " "
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }

  private static func quoted(_ text: String) -> String { "\"" + escaped(text) + "\"" }
}

/// Containers and nodes by where they stand in the model file.
private struct Tree {
  enum Item {
    /// A position in the graph's nodes.
    case node(Int)
    case container(path: String, id: Int)
  }

  /// By the path of the container; the empty path holds the outermost.
  private var children: [String: [Item]] = [:]

  var roots: [Item] { items(in: "") }

  func items(in path: String) -> [Item] { children[path] ?? [] }

  init(_ graph: GraphIndex) {
    let containers = Set(graph.containers.map(\.path))
    var known: Set<String> = []
    for (position, node) in graph.graph.nodes.enumerated() {
      var (parent, prefix) = ("", "")
      for part in node.layer.split(separator: "/") {
        prefix += (prefix.isEmpty ? "" : "/") + part
        guard containers.contains(prefix) else { continue }
        if known.insert(prefix).inserted {
          children[parent, default: []].append(.container(path: prefix, id: known.count))
        }
        parent = prefix
      }
      children[parent, default: []].append(.node(position))
    }
  }
}
