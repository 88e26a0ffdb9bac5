/// What a model file says of its data.
public struct DataDescription: Sendable {
  /// Where samples come from.
  enum Source: Sendable {
    case npy(inputs: String, targets: String)
    case csv(file: String, target: Column, hasHeader: Bool?, delimiter: UInt8, scale: Double)
    case spirals(classes: Int, samples: Int, noise: Double)
    case teacher(inputs: Int, outputs: Int, samples: Int)
    case idx(images: String, labels: String)
    case text(file: String, context: Int)
    case adding(length: Int, samples: Int)
    case copy(length: Int, symbols: Int, samples: Int)
    case modular(modulus: Int, fraction: Double)
    case images(size: Int, classes: Int, channels: Int, samples: Int)
    case inline(inputs: JSONValue, targets: JSONValue?)
    case digits
  }

  /// A column of a table.
  enum Column: Sendable {
    case named(String)
    case at(Int)
    case last
  }

  static let types = [
    "npy", "csv", "idx", "text", "spirals", "teacher", "adding", "copy", "modular", "images",
    "digits", "inline",
  ]

  let source: Source
  /// Whether each epoch has an order of its own.
  public let shuffles: Bool

  init(_ reader: inout ObjectReader) throws(ModelFileError) {
    let type = try reader.choice("type", of: Self.types)
    shuffles = try reader.bool("shuffle", default: true)
    source = try Self.source(type, &reader)
    try reader.finish()
  }

  private static func source(
    _ type: String, _ reader: inout ObjectReader
  ) throws(ModelFileError) -> Source {
    let samples = 1...100_000_000
    switch type {
    case "npy":
      return .npy(
        inputs: try reader.string("inputs"), targets: try reader.string("targets"))
    case "csv":
      return .csv(
        file: try reader.string("file"), target: try column(&reader),
        hasHeader: reader.has("header") ? try reader.bool("header", default: false) : nil,
        delimiter: try delimiter(&reader),
        scale: try reader.double("scale", in: Double.finite, default: 1))
    case "spirals":
      return .spirals(
        classes: try reader.int("classes", in: 1...1_000_000, default: 3),
        samples: try reader.int("samples", in: samples, default: 1500),
        noise: try reader.double("noise", in: 0...1e30, default: 0.02))
    case "teacher":
      return .teacher(
        inputs: try reader.int("inputs", in: 1...1_000_000, default: 16),
        outputs: try reader.int("outputs", in: 1...1_000_000, default: 1),
        samples: try reader.int("samples", in: samples, default: 1024))
    case "idx":
      return .idx(images: try reader.string("images"), labels: try reader.string("labels"))
    case "text":
      return .text(
        file: try reader.string("file"),
        context: try reader.int("context", in: 1...1_000_000, default: 64))
    case "adding":
      return .adding(
        length: try reader.int("length", in: 2...1_000_000, default: 50),
        samples: try reader.int("samples", in: samples, default: 1024))
    case "copy":
      return .copy(
        length: try reader.int("length", in: 1...1_000_000, default: 20),
        symbols: try reader.int("symbols", in: 1...1_000_000, default: 8),
        samples: try reader.int("samples", in: samples, default: 1024))
    case "modular":
      return .modular(
        modulus: try reader.int("modulus", in: 2...10_000, default: 97),
        fraction: try reader.double("fraction", in: 0...1, default: 0.5))
    case "images":
      return .images(
        size: try reader.int("size", in: 4...4096, default: 16),
        classes: try reader.int("classes", in: 1...DrawnShape.allCases.count, default: 4),
        channels: try reader.int("channels", in: 1...16, default: 1),
        samples: try reader.int("samples", in: samples, default: 1024))
    case "inline":
      guard let inputs = reader.value("inputs") else {
        throw reader.missing("inputs", "nested arrays")
      }
      return .inline(inputs: inputs, targets: reader.value("targets"))
    default:
      return .digits
    }
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
