internal import Autodiff

/// `torch.nn.Dropout`: `p`.
struct DropoutLayer: LayerDefinition {
  static let type = "Dropout"

  let probability: Double

  init(_ reader: inout ObjectReader) throws(ModelFileError) {
    probability = try reader.double("p", in: 0...1, default: 0.5)
  }

  func build(
    _ inputs: [ValueID], at place: LayerPlace, in model: inout ModelBuilder
  ) throws(ModelFileError) -> ValueID {
    let stream = RandomStream.number(of: place.path)
    let primitive = Dropout(
      probability: probability, stream: UInt32(truncatingIfNeeded: stream ^ (stream >> 32)))
    return try model.apply(primitive, to: inputs, at: place)
  }
}
