/// What a model file says of its data.
public struct DataDescription: Sendable {
  /// Where samples come from.
  enum Source: Sendable {
    case npy(inputs: String, targets: String)
    case csv(file: String, target: Column, hasHeader: Bool?, delimiter: UInt8, scale: Double)
    case spirals(classes: Int, samples: Int, noise: Double)
    case teacher(inputs: Int, outputs: Int, samples: Int)
    case inline(inputs: JSONValue, targets: JSONValue?)
    case digits
  }

  /// A column of a table.
  enum Column: Sendable {
    case named(String)
    case at(Int)
    case last
  }

  static let types = ["npy", "csv", "spirals", "teacher", "digits", "inline"]

  let source: Source
  /// Whether each epoch has an order of its own.
  public let shuffles: Bool

  init(_ reader: inout ObjectReader) throws(ModelFileError) {
    let type = try reader.choice("type", of: Self.types)
    shuffles = try reader.bool("shuffle", default: true)
    switch type {
    case "npy":
      source = .npy(
        inputs: try reader.string("inputs"), targets: try reader.string("targets"))
    case "csv":
      source = .csv(
        file: try reader.string("file"), target: try Self.column(&reader),
        hasHeader: reader.has("header") ? try reader.bool("header", default: false) : nil,
        delimiter: try Self.delimiter(&reader),
        scale: try reader.double(
          "scale", in: -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude,
          default: 1))
    case "spirals":
      source = .spirals(
        classes: try reader.int("classes", in: 1...1_000_000, default: 3),
        samples: try reader.int("samples", in: 1...100_000_000, default: 1500),
        noise: try reader.double("noise", in: 0...Double.greatestFiniteMagnitude, default: 0.02))
    case "teacher":
      source = .teacher(
        inputs: try reader.int("inputs", in: 1...1_000_000, default: 16),
        outputs: try reader.int("outputs", in: 1...1_000_000, default: 1),
        samples: try reader.int("samples", in: 1...100_000_000, default: 1024))
    case "inline":
      guard let inputs = reader.value("inputs") else {
        throw reader.missing("inputs", "nested arrays")
      }
      source = .inline(inputs: inputs, targets: reader.value("targets"))
    default:
      source = .digits
    }
    try reader.finish()
  }

  private static func column(_ reader: inout ObjectReader) throws(ModelFileError) -> Column {
    switch reader.value("target") {
    case nil: return .last
    case .string(let name): return .named(name)
    case .integer(let index): return .at(index)
    case .some(let other):
      throw ModelFileError(
        reader.path(of: "target"), "expected a column's name or index, found \(other.summary)")
    }
  }

  private static func delimiter(_ reader: inout ObjectReader) throws(ModelFileError) -> UInt8 {
    let text = try reader.optionalString("delimiter") ?? ","
    guard text.utf8.count == 1, let byte = text.utf8.first else {
      throw ModelFileError(
        reader.path(of: "delimiter"), "expected one character, found \"\(text)\"")
    }
    return byte
  }
}
