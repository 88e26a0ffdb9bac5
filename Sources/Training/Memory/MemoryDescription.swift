/// What a model file says of memory: `memory`.
public struct MemoryDescription: Equatable, Sendable {
  /// What is made again in backward instead of kept.
  public enum Checkpoint: Equatable, Sendable {
    /// Nothing: all is kept.
    case none
    /// ⌈√n⌉ segments of the chain of n stages.
    case sqrt
    /// Segments of so many stages.
    case every(Int)
    /// What happens inside these layers.
    case layers([String])
    /// As little as fits in so many bytes.
    case budget(Int)
  }

  /// What is recomputed.
  public var checkpoint = Checkpoint.none
  /// A file that `gradtop plan` wrote; relative paths start at the model file.
  public var plan: String?

  /// All is kept.
  public init() {}

  /// The bytes that are asked for.
  var budget: Int? { if case .budget(let bytes) = checkpoint { bytes } else { nil } }

  init(_ part: ObjectReader?) throws(ModelFileError) {
    guard var reader = part else { return }
    let path = reader.path(of: "checkpoint")
    switch reader.value("checkpoint") {
    case nil, .string("none"): break
    case .string("sqrt"): checkpoint = .sqrt
    case .object(let members):
      var form = try ObjectReader(.object(members), path: path)
      checkpoint = try Self.form(&form)
      try form.finish()
    case let other?:
      throw ModelFileError(
        path,
        "expected \"none\", \"sqrt\", {\"every\": K}, {\"layers\": […]} or {\"budget\": SIZE}, "
          + "found \(other.summary)")
    }
    _ = try reader.choice("offload", of: ["none"], default: "none")
    plan = try reader.optionalString("plan")
    if plan != nil, checkpoint != .none {
      throw ModelFileError(
        reader.path(of: "plan"), "both a plan and checkpoint are given",
        hint: "a plan says what is recomputed: leave checkpoint out")
    }
    try reader.finish()
  }

  private static func form(_ reader: inout ObjectReader) throws(ModelFileError) -> Checkpoint {
    if let every = try reader.optionalInt("every", in: 1...1_000_000) { return .every(every) }
    if let items = try reader.optionalArray("layers") {
      let path = reader.path(of: "layers")
      guard !items.isEmpty else { throw ModelFileError(path, "no layers") }
      var names: [String] = []
      for (index, item) in items.enumerated() {
        guard case .string(let name) = item else {
          throw ModelFileError(
            "\(path)[\(index)]", "expected the path of a layer, found \(item.summary)")
        }
        names.append(name)
      }
      return .layers(names)
    }
    if let value = reader.value("budget") {
      switch value {
      case .integer(let bytes) where bytes > 0: return .budget(bytes)
      case .string(let text):
        if let bytes = ByteSize.parse(text) { return .budget(bytes) }
      default: break
      }
      throw ModelFileError(
        reader.path(of: "budget"), "expected \(ByteSize.form), found \(value.summary)")
    }
    throw ModelFileError(
      reader.path, "nothing is said",
      hint: "give one of every (stages of a segment), layers, budget")
  }
}
