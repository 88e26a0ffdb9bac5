import Glibc
import TraceFormat
public import TraceSession

/// What rules need to know of a graph, worked out once.
public struct NetworkLayout: Sendable {
  /// What a unit's output can be stuck at.
  public enum UnitKind: Sendable {
    /// 0.
    case rectified
    /// The flat ends of a sigmoid or tanh.
    case bounded
    /// Nothing.
    case other
  }

  /// A node through which everything passes on its way from the input to the loss.
  public struct Waypoint: Sendable {
    /// Its place in execution order.
    public var position: Int
    /// Nodes with weights up to it, itself included.
    public var depth: Int
    /// log10 √elements of its output: turns the logarithm of an RMS into that of a norm.
    public var logRoot: Double
  }

  /// A bias that is added to rows.
  struct Bias: Sendable {
    /// Its place among the parameters.
    var parameter: Int
    /// The nodes that add it: their places and, with n rows of m units each, √(n · n m): times the RMS
    /// of an output's gradient it is the most that the bias's gradient can come to.
    var users: [(position: Int, factor: Double)]
  }

  /// The graph.
  public let graph: GraphIndex
  /// From the input to the last node before the loss.
  public let spine: [Waypoint]
  /// By node position.
  public let unitKinds: [UnitKind]
  /// By parameter position: whether it has two dimensions or more.
  public let isMatrix: [Bool]
  /// Biases of `Linear` layers.
  let biases: [Bias]
  /// What guessing costs a classifier, nats; nil where the loss is of another kind.
  public let chance: Double?
  /// The position of the loss's node.
  public let lossPosition: Int?
  /// The position of what a mean squared error compares with the targets; nil for other losses.
  let squaredOutput: Int?

  private let positions: [UInt32: Int]

  /// What is to know of `graph`.
  public init(_ graph: GraphIndex) {
    self.graph = graph
    let nodes = graph.graph.nodes
    var positions: [UInt32: Int] = [:]
    for (position, node) in nodes.enumerated() where positions[node.id] == nil {
      positions[node.id] = position
    }
    self.positions = positions
    let lossLayer = graph.graph.layers.first(where: \.isLoss)?.path
    lossPosition =
      lossLayer.flatMap { path in nodes.lastIndex { $0.layer == path } } ?? nodes.indices.last
    squaredOutput = lossPosition.flatMap { position in
      guard position < nodes.count, nodes[position].kind == "MSELoss" else { return nil }
      return nodes[position].inputs.first.flatMap { positions[$0] }
    }
    unitKinds = nodes.map { node in
      switch node.kind {
      case "ReLU": .rectified
      case "Sigmoid", "Tanh": .bounded
      default: .other
      }
    }
    isMatrix = graph.graph.parameters.map { $0.shape.count >= 2 }
    biases = Self.biases(graph.graph)
    spine = Self.spine(nodes, positions, loss: lossPosition)
    chance = Self.chance(nodes, positions, loss: lossPosition)
  }

  /// The position of the node with `id`.
  public func position(ofNode id: UInt32) -> Int? { positions[id] }

  /// The node at a position.
  func node(at position: Int) -> Graph.Node { graph.graph.nodes[position] }

  private static func biases(_ graph: Graph) -> [Bias] {
    var users: [UInt32: [(position: Int, factor: Double)]] = [:]
    var others: Set<UInt32> = []
    for (position, node) in graph.nodes.enumerated() {
      for parameter in node.parameters {
        guard node.kind == "Linear", let units = node.shape.last, units > 0 else {
          others.insert(parameter)
          continue
        }
        let elements = Double(node.elements)
        let factor = (elements / Double(units) * elements).squareRoot()
        users[parameter, default: []].append((position, factor))
      }
    }
    return graph.parameters.enumerated().compactMap { position, parameter in
      guard parameter.shape.count == 1, parameter.name.hasSuffix("bias"),
        !others.contains(parameter.id), let users = users[parameter.id]
      else { return nil }
      return Bias(parameter: position, users: users)
    }
  }

  private static func isSource(_ node: Graph.Node) -> Bool {
    node.kind == "Parameter" || node.kind == "Constant"
  }

  /// Nodes that no edge jumps over: every path from the input to the loss goes through them.
  private static func spine(
    _ nodes: [Graph.Node], _ positions: [UInt32: Int], loss: Int?
  ) -> [Waypoint] {
    guard let loss, loss < nodes.count else { return [] }
    var farthest = Array(repeating: -1, count: nodes.count)
    for (position, node) in nodes.enumerated() {
      for input in node.inputs {
        guard let from = positions[input], from < position, !isSource(nodes[from]) else { continue }
        farthest[from] = max(farthest[from], position)
      }
    }
    var (waypoints, depth, reach) = ([Waypoint](), 0, -1)
    for position in 0..<loss where !isSource(nodes[position]) {
      let node = nodes[position]
      let usesParameter = node.inputs.contains {
        positions[$0].map { isSource(nodes[$0]) } ?? false
      }
      if !node.parameters.isEmpty || usesParameter { depth += 1 }
      // An edge that starts before this node and ends behind it is a way around it.
      if reach <= position, farthest[position] > position {
        waypoints.append(
          Waypoint(
            position: position, depth: depth, logRoot: log10(max(1, Double(node.elements))) / 2))
      }
      reach = max(reach, farthest[position])
    }
    return waypoints
  }

  /// ln of the number of classes; ln 2 for two-way answers.
  private static func chance(
    _ nodes: [Graph.Node], _ positions: [UInt32: Int], loss: Int?
  ) -> Double? {
    guard let loss, loss < nodes.count else { return nil }
    let node = nodes[loss]
    switch node.kind {
    case "CrossEntropyLoss", "NLLLoss":
      guard
        let classes = node.inputs.first.flatMap({ positions[$0] }).flatMap({
          nodes[$0].shape.last
        }), classes > 1
      else { return nil }
      return log(Double(classes))
    case "BCEWithLogitsLoss": return log(2)
    default: return nil
    }
  }
}
