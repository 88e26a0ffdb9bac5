/// A value in a network: what a node makes, or what comes from outside.
public struct ValueID: Hashable, Sendable {
  /// Position in `Network.values`.
  public let index: Int

  /// The one at `index`.
  public init(index: Int) { self.index = index }
}

/// A node of a network.
public struct NodeID: Hashable, Sendable {
  /// Position in `Network.nodes`; also its place in the forward order.
  public let index: Int

  /// The one at `index`.
  public init(index: Int) { self.index = index }
}

/// A trained tensor of a network.
public struct ParameterID: Hashable, Sendable {
  /// Position in `Network.parameters`.
  public let index: Int

  /// The one at `index`.
  public init(index: Int) { self.index = index }
}

/// A tensor of a network that forward changes and no optimizer does.
public struct BufferID: Hashable, Sendable {
  /// Position in `Network.buffers`.
  public let index: Int

  /// The one at `index`.
  public init(index: Int) { self.index = index }
}

/// A directed acyclic graph of primitives with shapes: the forward pass as data.
///
/// Nodes stand in an order in which they can run, since a node takes only values that exist when it
/// is added. Shape errors are found here, before anything runs.
public struct Network: Sendable {
  /// Where a value comes from.
  public enum Origin: Equatable, Sendable {
    /// The inputs of the batch.
    case input
    /// The targets of the batch.
    case target
    /// A trained tensor.
    case parameter(ParameterID)
    /// A tensor that forward changes, as running statistics.
    case buffer(BufferID)
    /// Numbers that never change.
    case constant([Float])
    /// The result of a node.
    case node(NodeID)
  }

  /// A tensor that exists while the network runs.
  public struct Value: Sendable {
    /// Its sizes, batch dimension included.
    public var shape: Shape
    /// What its elements are.
    public var type: ElementType
    /// Where it comes from.
    public var origin: Origin
  }

  /// A primitive applied to values.
  public struct Node: Sendable {
    /// Unique in the network.
    public var name: String
    /// The path of its layer.
    public var layer: String
    /// What it computes.
    public var primitive: any Primitive
    /// What it takes.
    public var operands: [ValueID]
    /// What it makes.
    public var result: ValueID
    /// Whether the result takes the place of the first operand in memory, where nobody else needs
    /// that.
    public var isInPlace = false
  }

  /// A trained tensor with its name.
  public struct Parameter: Sendable {
    /// As in a safetensors file.
    public var name: String
    /// The path of the layer that owns it.
    public var layer: String
    /// The value that holds it.
    public var value: ValueID
  }

  /// A tensor that forward changes and no optimizer does, with its name.
  public struct Buffer: Sendable {
    /// As in a safetensors file.
    public var name: String
    /// The value that holds it.
    public var value: ValueID
    /// What each of its elements is at first.
    public var start: Float
  }

  /// All values.
  public private(set) var values: [Value] = []
  /// All nodes, in forward order.
  public private(set) var nodes: [Node] = []
  /// All trained tensors.
  public private(set) var parameters: [Parameter] = []

  /// All tensors that forward changes.
  public private(set) var buffers: [Buffer] = []

  /// Of all nodes, where every gradient is wanted.
  private var operations = 0

  /// A network without nodes.
  public init() {}
}

extension Network {
  /// The value called `id`.
  public subscript(id: ValueID) -> Value { values[id.index] }

  /// The node called `id`.
  public subscript(id: NodeID) -> Node { nodes[id.index] }

  /// The parameter called `id`.
  public subscript(id: ParameterID) -> Parameter { parameters[id.index] }

  /// Adds a tensor that the batch fills.
  public mutating func addBatchTensor(
    _ origin: Origin, shape: Shape, type: ElementType = .float32
  ) -> ValueID {
    precondition(origin == .input || origin == .target)
    return add(Value(shape: shape, type: type, origin: origin))
  }

  /// Adds numbers that never change.
  public mutating func addConstant(_ numbers: [Float], shape: Shape) -> ValueID {
    precondition(numbers.count == shape.elementCount)
    return add(Value(shape: shape, type: .float32, origin: .constant(numbers)))
  }

  /// Adds a trained tensor.
  public mutating func addParameter(_ name: String, layer: String, shape: Shape) -> ValueID {
    let id = ParameterID(index: parameters.count)
    let value = add(Value(shape: shape, type: .float32, origin: .parameter(id)))
    parameters.append(Parameter(name: name, layer: layer, value: value))
    return value
  }

  /// Adds a tensor that forward changes; all its elements start as `start`.
  public mutating func addBuffer(_ name: String, shape: Shape, start: Float) -> ValueID {
    let id = BufferID(index: buffers.count)
    let value = add(Value(shape: shape, type: .float32, origin: .buffer(id)))
    buffers.append(Buffer(name: name, value: value, start: start))
    return value
  }

  /// Applies `primitive` to `operands`.
  ///
  /// - Parameter isInPlace: Whether the result takes the place of the first operand, as PyTorch's
  ///   in-place functions have it.
  /// - Throws: `ShapeError` where it cannot take operands of these shapes, or what comes out is too
  ///   large to be counted.
  public mutating func apply(
    _ primitive: any Primitive, to operands: [ValueID], name: String, layer: String,
    isInPlace: Bool = false
  ) throws(ShapeError) -> ValueID {
    let shapes = operands.map { values[$0.index].shape }
    let shape = try primitive.resultShape(of: shapes)
    try count(primitive, of: shapes, result: shape)
    let id = NodeID(index: nodes.count)
    let result = add(Value(shape: shape, type: .float32, origin: .node(id)))
    nodes.append(
      Node(
        name: name, layer: layer, primitive: primitive, operands: operands, result: result,
        isInPlace: isInPlace))
    return result
  }

  /// Refuses tensors with more elements, and a network with more operations, than can be counted.
  private mutating func count(
    _ primitive: any Primitive, of operands: [Shape], result: Shape
  ) throws(ShapeError) {
    let (name, wanted) = (type(of: primitive).name, operands.map { _ in true })
    guard result.isCountable else {
      throw ShapeError(
        name,
        "a result of shape \(result) is too large: \(Shape.mostElements) elements at most")
    }
    for extra in primitive.saved(of: operands, result: result, wanted: wanted).extras {
      guard !extra.isCountable else { continue }
      throw ShapeError(
        name,
        "what it keeps for backward, of shape \(extra), is too large: \(Shape.mostElements) "
          + "elements at most")
    }
    let cost = primitive.cost(of: operands, result: result, wanted: wanted)
    operations += cost.forward + cost.backward
    guard operations <= Cost.most else {
      throw ShapeError(
        name,
        "a result of shape \(result) takes too many operations: \(Cost.most) at most for the "
          + "whole model")
    }
  }

  /// Adds a node that stands for a value from outside (`Parameter`, `Constant`), so that the value
  /// has a row in tables.
  public mutating func addSource(
    _ primitive: any Primitive, for value: ValueID, name: String, layer: String
  ) {
    nodes.append(
      Node(name: name, layer: layer, primitive: primitive, operands: [], result: value))
  }

  private mutating func add(_ value: Value) -> ValueID {
    values.append(value)
    return ValueID(index: values.count - 1)
  }
}
