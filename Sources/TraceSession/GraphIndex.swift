public import TraceFormat

/// A graph with the lookups that tables and panels need.
public struct GraphIndex: Sendable {
  /// As the trace has it.
  public let graph: Graph
  /// Layers that hold no other layers, in the model file's order, the loss last.
  public let leafLayers: [Graph.Layer]
  /// Layers that hold others, in the model file's order.
  public let containers: [Graph.Layer]

  private let nodePositions: [UInt32: Int]
  private let nodeElements: [UInt64]
  private let tensorPositions: [UInt32: Int]
  private let parameterPositions: [UInt32: Int]
  private let nodesByLayer: [String: [Int]]
  private let parametersByLayer: [String: [Int]]
  private let layersByPath: [String: Int]
  /// Sums that tables ask for again and again.
  private var layerSums: [String: (parameters: UInt64, savedBytes: UInt64)] = [:]

  /// The lookups of `graph`; where an id or path stands twice, the first one counts.
  public init(_ graph: Graph = Graph()) {
    self.graph = graph
    let leaves = graph.layers.filter { !$0.isContainer }
    leafLayers = leaves.filter { !$0.isLoss } + leaves.filter(\.isLoss)
    containers = graph.layers.filter(\.isContainer)
    nodeElements = graph.nodes.map(\.elements)
    nodePositions = positions(of: graph.nodes.lazy.map(\.id))
    tensorPositions = positions(of: graph.tensors.lazy.map(\.id))
    parameterPositions = positions(of: graph.parameters.lazy.map(\.id))
    layersByPath = positions(of: graph.layers.lazy.map(\.path))
    nodesByLayer = Dictionary(grouping: graph.nodes.indices) { graph.nodes[$0].layer }
    parametersByLayer = Dictionary(grouping: graph.parameters.indices) {
      graph.parameters[$0].layer
    }
    for path in Set(nodesByLayer.keys).union(parametersByLayer.keys) {
      let parameters = parameters(ofLayer: path).reduce(0) { $0 &+ $1.elements }
      let saved = nodes(ofLayer: path).flatMap(\.saved).compactMap(tensor)
      layerSums[path] = (parameters, bytes(ofTensors: saved))
    }
  }
}

private func positions<Key: Hashable>(of keys: some Sequence<Key>) -> [Key: Int] {
  Dictionary(keys.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
}

// MARK: - By id

extension GraphIndex {
  /// The node with `id`.
  public func node(_ id: UInt32) -> Graph.Node? {
    nodePositions[id].map { graph.nodes[$0] }
  }

  /// Where the node with `id` stands in execution order.
  public func position(ofNode id: UInt32) -> Int? {
    nodePositions[id]
  }

  /// Elements of the output of the node with `id`.
  public func elements(ofNode id: UInt32) -> UInt64? {
    nodePositions[id].map { nodeElements[$0] }
  }

  /// The name of the node with `id`; `#7` for an id that the graph does not know.
  public func name(ofNode id: UInt32) -> String {
    nodePositions[id].map { graph.nodes[$0].name } ?? "#\(id)"
  }

  /// The tensor with `id`.
  public func tensor(_ id: UInt32) -> Graph.Tensor? {
    tensorPositions[id].map { graph.tensors[$0] }
  }

  /// The parameter with `id`.
  public func parameter(_ id: UInt32) -> Graph.Parameter? {
    parameterPositions[id].map { graph.parameters[$0] }
  }

  /// The name of the parameter with `id`; `#7` for an id that the graph does not know.
  public func name(ofParameter id: UInt32) -> String {
    parameterPositions[id].map { graph.parameters[$0].name } ?? "#\(id)"
  }

  /// The layer or container at `path`.
  public func layer(_ path: String) -> Graph.Layer? {
    layersByPath[path].map { graph.layers[$0] }
  }
}

// MARK: - By layer

extension GraphIndex {
  /// The nodes of the layer at `path`, in execution order.
  public func nodes(ofLayer path: String) -> [Graph.Node] {
    nodesByLayer[path, default: []].map { graph.nodes[$0] }
  }

  /// The node whose output is that of the layer at `path`: its last one.
  public func outputNode(ofLayer path: String) -> Graph.Node? {
    nodesByLayer[path]?.last.map { graph.nodes[$0] }
  }

  /// The parameters that the layer at `path` owns.
  public func parameters(ofLayer path: String) -> [Graph.Parameter] {
    parametersByLayer[path, default: []].map { graph.parameters[$0] }
  }

  /// Elements of the parameters that the layer at `path` owns.
  public func parameterCount(ofLayer path: String) -> UInt64 {
    layerSums[path]?.parameters ?? 0
  }

  /// Elements of all parameters.
  public var parameterCount: UInt64 {
    graph.parameters.reduce(0) { $0 &+ $1.elements }
  }

  /// The leaf layers inside of the container at `path`, at any depth.
  public func leafLayers(inside path: String) -> [Graph.Layer] {
    let prefix = path + "/"
    return leafLayers.filter { $0.path.hasPrefix(prefix) }
  }
}

// MARK: - Sums

extension GraphIndex {
  /// Bytes of the tensors that the backward of the layer at `path` reads, each storage once, the
  /// batch left out.
  public func savedBytes(ofLayer path: String) -> UInt64 {
    layerSums[path]?.savedBytes ?? 0
  }

  /// Bytes of all tensors kept for backward, each storage once, the batch left out.
  public var savedBytes: UInt64 { bytes(ofTensors: graph.tensors) }

  /// FLOPs of one forward pass.
  public var forwardFlops: UInt64 {
    graph.nodes.reduce(0) { $0 &+ $1.forwardFlops }
  }

  /// FLOPs of one backward pass.
  public var backwardFlops: UInt64 {
    graph.nodes.reduce(0) { $0 &+ $1.backwardFlops }
  }

  private func bytes(ofTensors tensors: [Graph.Tensor]) -> UInt64 {
    var storages: [UInt32: UInt64] = [:]
    for tensor in tensors where !tensor.isFromBatch {
      storages[tensor.storage] = max(storages[tensor.storage] ?? 0, tensor.bytes)
    }
    return storages.values.reduce(0, &+)
  }
}

extension Graph.Parameter {
  /// The product of its shape.
  public var elements: UInt64 { shape.reduce(1, &*) }
}

extension Graph.Node {
  /// Elements of its output.
  public var elements: UInt64 { shape.reduce(1, &*) }
}
