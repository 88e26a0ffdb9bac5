internal import Rematerialization

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

  /// What goes out to a file between forward and backward.
  public enum Offload: Equatable, Sendable {
    /// Nothing.
    case none
    /// What these layers leave for backward, with so many bytes on their way at a time.
    case layers([String], budget: Int?)
    /// What can be written and read while other ops run.
    case auto
  }

  /// What is recomputed.
  public var checkpoint = Checkpoint.none
  /// What goes out to a file.
  public var offload = Offload.none
  /// A file that `gradtop plan` wrote; relative paths start at the model file.
  public var plan: String?

  /// All is kept.
  public init() {}

  /// The bytes that are asked for.
  ///
  /// Inlined into the training loop it makes Swift 6.3's optimizer fail.
  @inline(never)
  var budget: Int? { if case .budget(let bytes) = checkpoint { bytes } else { nil } }

  /// What it takes here to send something out, where a plan for a budget may do so; nil: it may not, or
  /// there is no place for it.
  func transfer(threads: Int) -> Transfer? {
    offload == .auto ? try? Transfer.measured(threads: threads) : nil
  }

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
    offload = try Self.offload(reader.value("offload"), path: reader.path(of: "offload"))
    plan = try reader.optionalString("plan")
    if plan != nil, checkpoint != .none {
      throw ModelFileError(
        reader.path(of: "plan"), "both a plan and checkpoint are given",
        hint: "a plan says what is recomputed: leave checkpoint out")
    }
    try reader.finish()
  }

  private static func offload(
    _ value: JSONValue?, path: String
  ) throws(ModelFileError) -> Offload {
    switch value {
    case nil, .string("none"): return .none
    case .string("auto"): return .auto
    case .object(let members):
      var reader = try ObjectReader(.object(members), path: path)
      let layers = try layers(&reader)
      let budget = try budget(&reader)
      guard let layers else { throw reader.missing("layers", "an array of paths of layers") }
      try reader.finish()
      return .layers(layers, budget: budget)
    case let other?:
      throw ModelFileError(
        path, "expected \"none\", \"auto\" or {\"layers\": […]}, found \(other.summary)")
    }
  }

  private static func layers(
    _ reader: inout ObjectReader
  ) throws(ModelFileError) -> [String]? {
    guard let items = try reader.optionalArray("layers") else { return nil }
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
    return names
  }

  private static func budget(_ reader: inout ObjectReader) throws(ModelFileError) -> Int? {
    guard let value = reader.value("budget") else { return nil }
    switch value {
    case .integer(let bytes) where bytes > 0: return bytes
    case .string(let text):
      if let bytes = ByteSize.parse(text) { return bytes }
    default: break
    }
    throw ModelFileError(
      reader.path(of: "budget"), "expected \(ByteSize.form), found \(value.summary)")
  }

  private static func form(_ reader: inout ObjectReader) throws(ModelFileError) -> Checkpoint {
    let given = ["every", "layers", "budget"].filter { reader.has($0) }
    if given.count > 1 {
      throw ModelFileError(
        reader.path, "\(given.joined(separator: " and ")) are given",
        hint: "give one of every (stages of a segment), layers, budget")
    }
    if let every = try reader.optionalInt("every", in: 1...1_000_000) { return .every(every) }
    if let names = try layers(&reader) { return .layers(names) }
    if let bytes = try budget(&reader) { return .budget(bytes) }
    throw ModelFileError(
      reader.path, "nothing is said",
      hint: "give one of every (stages of a segment), layers, budget")
  }
}
