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
    /// The result in the shape that the value had before a view of it was overwritten.
    case reshaped(ValueID, LayerPlace)
    /// Nothing that backpropagation could follow: a `Detach` stands between.
    case cut(LayerPlace)
  }

  fileprivate var successors: [ValueID: Successor] = [:]
}

extension ModelBuilder {
  /// What reading `value` now gives.
  mutating func latest(_ value: ValueID) throws(ModelFileError) -> ValueID {
    var value = value
    while let successor = overwriting.successors[value] {
      switch successor {
      case .value(let result): value = result
      case .reshaped(let result, let place):
        let view = try apply(
          Reshape(sizes: Array(shape(of: value).sizes.dropFirst())), to: [try latest(result)],
          at: place, suffix: "/view.\(value.index)")
        overwriting.successors[value] = .value(view)
        value = view
      case .cut(let place):
        throw ModelFileError(
          place.jsonPath + ".inplace",
          "it overwrites, through Detach, a value that another layer reads later",
          hint: "set \"inplace\": false")
      }
    }
    return value
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
    overwriting.successors[operand] = .value(result)
    // What the operand is a view of has changed with it.
    var (base, isCut) = (operand, false)
    while case .node(let id) = network[base].origin, network[id].primitive.isView {
      isCut = isCut || network[id].primitive.cutsGradient
      base = network[id].operands[0]
      overwriting.successors[base] = isCut ? .cut(place) : .reshaped(result, place)
    }
    return result
  }

  /// As PyTorch does, for a parameter and for views of one.
  private func refuseLeaf(_ operand: ValueID, at place: LayerPlace) throws(ModelFileError) {
    var base = operand
    while case .node(let id) = network[base].origin, network[id].primitive.isView,
      !network[id].primitive.cutsGradient
    {
      base = network[id].operands[0]
    }
    guard case .parameter(let parameter) = network[base].origin else { return }
    throw ModelFileError(
      place.jsonPath + ".inplace",
      "overwritten_tensor: a parameter that requires a gradient cannot be changed in place "
        + "(\(network[parameter].name))", hint: "set \"inplace\": false")
  }
}
