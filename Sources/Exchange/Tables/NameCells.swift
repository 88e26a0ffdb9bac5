import TraceFormat
import TraceSession

/// The names of a graph's nodes and parameters as cells, each made when it is first asked for.
///
/// To be told of each graph, since another one may have the same id.
struct NameCells {
  /// A name, and the layer that it belongs to.
  final class Names {
    let name: Cell
    let layer: Cell

    init(name: Cell, layer: Cell) {
      (self.name, self.layer) = (name, layer)
    }
  }

  private var graph: UInt32?
  private var nodes = IDTable<Names>()
  private var parameters = IDTable<Names>()
  private var layers: [String: Cell] = [:]

  mutating func note(_ item: TraceItem) {
    if case .graph = item { forget() }
  }

  /// Of the node with `id` of `graph`.
  mutating func node(_ id: UInt32, _ graph: GraphIndex) -> Names {
    keep(to: graph)
    if let names = nodes[id] { return names }
    let names = Names(
      name: .name(EncodedName(graph.name(ofNode: id))), layer: layer(graph.node(id)?.layer))
    nodes[id] = names
    return names
  }

  /// Of the parameter with `id` of `graph`.
  mutating func parameter(_ id: UInt32, _ graph: GraphIndex) -> Names {
    keep(to: graph)
    if let names = parameters[id] { return names }
    let names = Names(
      name: .name(EncodedName(graph.name(ofParameter: id))),
      layer: layer(graph.parameter(id)?.layer))
    parameters[id] = names
    return names
  }

  private mutating func layer(_ path: String?) -> Cell {
    guard let path else { return .empty }
    if let cell = layers[path] { return cell }
    let cell = Cell.name(EncodedName(path))
    layers[path] = cell
    return cell
  }

  private mutating func keep(to graph: GraphIndex) {
    if self.graph != graph.graph.id { forget() }
    self.graph = graph.graph.id
  }

  private mutating func forget() {
    graph = nil
    nodes.removeAll()
    parameters.removeAll()
    layers.removeAll(keepingCapacity: true)
  }
}
