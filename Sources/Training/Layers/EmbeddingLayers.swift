internal import Autodiff

/// `torch.nn.Embedding`: `embedding_dim`, `num_embeddings` (inferred from the data).
struct EmbeddingLayer: LayerDefinition {
  static let type = "Embedding"

  let size: Int?
  let features: Int

  init(_ reader: inout ObjectReader) throws(ModelFileError) {
    size = try reader.optionalInt("num_embeddings", in: 1...LayerLimits.size)
    features = try reader.int("embedding_dim", in: 1...LayerLimits.width)
  }

  func build(
    _ inputs: [ValueID], at place: LayerPlace, in model: inout ModelBuilder
  ) throws(ModelFileError) -> ValueID {
    let needed = try model.tokens(in: inputs[0], at: place)
    if let size, size < needed {
      throw ModelFileError(
        place.jsonPath + ".num_embeddings",
        "\(size) embeddings are too few for inputs from 0 to \(needed - 1)",
        hint: "use \(needed), or leave it out: it is inferred")
    }
    let weight = try model.parameter(
      "weight", [size ?? needed, features], starts: .normal(mean: 0, deviation: 1), at: place)
    return try model.apply(Embedding(), to: [inputs[0], weight], at: place)
  }
}

/// A vector for each place of a sequence, learned and added: `max_length` (the input's, unless given).
struct PositionalEmbeddingLayer: LayerDefinition {
  static let type = "PositionalEmbedding"

  let maxLength: Int?

  init(_ reader: inout ObjectReader) throws(ModelFileError) {
    maxLength = try reader.optionalInt("max_length", in: 1...LayerLimits.size)
  }

  func build(
    _ inputs: [ValueID], at place: LayerPlace, in model: inout ModelBuilder
  ) throws(ModelFileError) -> ValueID {
    let shape = model.shape(of: inputs[0])
    guard shape.rank == 3 else {
      throw ModelFileError(
        place.jsonPath,
        "PositionalEmbedding takes [batch, time, features], its input has shape \(shape)")
    }
    let length = shape.sizes[1]
    if let maxLength, maxLength < length {
      throw ModelFileError(
        place.jsonPath + ".max_length", "\(maxLength) places are too few for \(length) time steps",
        hint: "use at least \(length), or leave it out: it is inferred")
    }
    // As the torch.nn.Embedding that it is.
    let weight = try model.parameter(
      "weight", [maxLength ?? length, shape.width], starts: .normal(mean: 0, deviation: 1),
      at: place)
    return try model.apply(PositionalEmbedding(), to: [inputs[0], weight], at: place)
  }
}

extension ModelBuilder {
  /// How many different tokens may stand in a value: one more than the largest.
  ///
  /// - Throws: `ModelFileError` where the value is not made of the data's inputs alone, by changes of
  ///   shape, or where these are no whole numbers.
  func tokens(in value: ValueID, at place: LayerPlace) throws(ModelFileError) -> Int {
    var (open, seen, largest) = ([value], Set([value]), 0)
    while let next = open.popLast() {
      switch network[next].origin {
      case .input:
        guard let count = batch.tokens() else {
          throw ModelFileError(
            place.jsonPath, "Embedding takes whole numbers from 0, the data's inputs are others",
            hint: "use Linear for inputs that are quantities")
        }
        largest = max(largest, count)
      case .constant(let numbers):
        guard let count = Dataset.tokens(in: numbers) else {
          throw ModelFileError(
            place.jsonPath, "Embedding takes whole numbers from 0, the Constant has others")
        }
        largest = max(largest, count)
      case .node(let id) where network[id].primitive.movesElements:
        for operand in network[id].operands where seen.insert(operand).inserted {
          open.append(operand)
        }
      default:
        throw ModelFileError(
          place.jsonPath, "Embedding takes whole numbers from the data, its input is computed",
          hint: "put it first, or name \"$input\" as its input")
      }
    }
    return max(1, largest)
  }
}

extension Primitive {
  /// Whether all that it does is to put elements elsewhere.
  fileprivate var movesElements: Bool {
    self is Reshape || self is Flatten || self is Transpose || self is Select || self is Concat
      || self is Identity || self is Detach
  }
}
