internal import TraceFormat
internal import TraceSession

/// A row of the graph: a node, or all nodes of a folded module.
struct GraphRow: Sendable {
  /// The node's name, or the module's path.
  var name: String
  /// The path of the layer, or of the module.
  var path: String
  /// In execution order; never empty.
  var nodes: [Graph.Node]
  var isModule: Bool

  /// As tables print it.
  var kind: String { isModule ? "\(nodes.count) nodes" : nodes[0].kind }
  /// The node whose output is the row's.
  var output: Graph.Node { nodes[nodes.count - 1] }
}

/// The rows of a graph under a folding, and what each takes from which.
struct GraphRows: Sendable {
  private(set) var rows: [GraphRow] = []
  /// For each row: the rows that it takes from.
  private(set) var inputs: [[Int]] = []
  private var rowOfNode: [UInt32: Int] = [:]

  /// Neighbours in a folded module become one row.
  init(_ graph: Graph, _ folding: Folding) {
    for node in graph.nodes {
      let module = folding.module(of: node.layer)
      if let module, let last = rows.last, last.isModule, last.path == module {
        rows[rows.count - 1].nodes.append(node)
      } else {
        rows.append(
          GraphRow(
            name: module.map { $0 + "/" } ?? node.name, path: module ?? node.layer, nodes: [node],
            isModule: module != nil))
      }
      rowOfNode[node.id] = rows.count - 1
    }
    inputs = rows.enumerated().map { index, row in
      row.nodes.flatMap(\.inputs).compactMap { rowOfNode[$0] }.filter { $0 != index }
    }
  }

  /// The row that shows the node with `id`.
  func row(ofNode id: UInt32) -> Int? { rowOfNode[id] }
}
