internal import Autodiff

/// Which names mean what, once a layer in place has changed the value they meant.
///
/// In PyTorch an in-place function changes the tensor that all its names share: who reads `fc1` after
/// `relu_(fc1)` reads what ReLU made, and the gradient goes back through it. So a value that was
/// overwritten is from then on read as the result.
struct Overwriting {
  fileprivate enum Successor {
    /// The result itself.
    case value(ValueID)
    /// What a view of it has become, read the way back.
    case behind(NodeID)
    /// Nothing that could be followed: a layer of this type stands between.
    case lost(through: String)
  }

  fileprivate var successors: [ValueID: Successor] = [:]
  fileprivate var aliases = Aliases()
  /// The last layer in place.
  fileprivate var place: LayerPlace?
}

extension ModelBuilder {
  /// What reading `value` now gives.
  mutating func latest(_ value: ValueID) throws(ModelFileError) -> ValueID {
    guard let place = overwriting.place else { return value }
    var value = value
    while true {
      let now: ValueID
      switch overwriting.successors[value] {
      case .value(let result): now = result
      case .behind(let view): now = try behind(network[view], at: place)
      case .lost(let type):
        throw ModelFileError(
          place.jsonPath + ".inplace",
          "it overwrites, through \(type), a value that another layer reads later",
          hint: "set \"inplace\": false")
      case nil:
        // What it is a view of may have changed, and it with that.
        guard let view = overwriting.aliases.view(value, in: network) else { return value }
        let base = try latest(view.operands[0])
        guard base != view.operands[0] else { return value }
        now = try apply(view.primitive, to: [base], at: place, suffix: "/view.\(value.index)")
      }
      overwriting.successors[value] = .value(now)
      value = now
    }
  }

  /// The operand of a view, made from what the view is now.
  private mutating func behind(
    _ view: Network.Node, at place: LayerPlace
  ) throws(ModelFileError) -> ValueID {
    let base = view.operands[0]
    let back: any Primitive =
      view.primitive is Transpose
      ? view.primitive : Reshape(sizes: Array(shape(of: base).sizes.dropFirst()))
    return try apply(
      back, to: [try latest(view.result)], at: place, suffix: "/view.\(base.index)")
  }

  /// The same of a value that may not be there.
  mutating func latest(_ value: ValueID?) throws(ModelFileError) -> ValueID? {
    guard let value else { return nil }
    return try latest(value)
  }

  /// Applies a function of one value, in place or not.
  mutating func activate(
    _ primitive: any Primitive, _ inputs: [ValueID], at place: LayerPlace, isInPlace: Bool
  ) throws(ModelFileError) -> ValueID {
    isInPlace
      ? try applyInPlace(primitive, to: inputs[0], at: place)
      : try apply(primitive, to: inputs, at: place)
  }

  private mutating func applyInPlace(
    _ primitive: any Primitive, to operand: ValueID, at place: LayerPlace
  ) throws(ModelFileError) -> ValueID {
    try refuseLeaf(operand, at: place)
    let result = try apply(primitive, to: [operand], at: place, isInPlace: true)
    overwriting.place = place
    overwriting.successors[operand] = .value(result)
    // What the operand is a view of has changed with it.
    var (base, lost) = (operand, String?.none)
    while let view = overwriting.aliases.view(base, in: network),
      case .node(let id) = network[base].origin
    {
      // A Reshape back keeps the first size.
      let keepsBatch =
        view.primitive is Transpose
        || shape(of: view.operands[0]).sizes.first == shape(of: view.result).sizes.first
      if view.primitive.cutsGradient || view.primitive is Select || !keepsBatch {
        lost = lost ?? type(of: view.primitive).name
      }
      base = view.operands[0]
      overwriting.successors[base] = lost.map { .lost(through: $0) } ?? .behind(id)
    }
    return result
  }

  /// As PyTorch does, for a parameter and for views of one.
  private mutating func refuseLeaf(
    _ operand: ValueID, at place: LayerPlace
  ) throws(ModelFileError) {
    overwriting.aliases.follow(network)
    var base = operand
    while let view = overwriting.aliases.view(base, in: network), !view.primitive.cutsGradient {
      base = view.operands[0]
    }
    guard case .parameter(let parameter) = network[base].origin else { return }
    throw ModelFileError(
      place.jsonPath + ".inplace",
      "overwritten_tensor: a parameter that requires a gradient cannot be changed in place "
        + "(\(network[parameter].name))", hint: "set \"inplace\": false")
  }
}
