/// An array in NumPy's `.npy` format, versions 1 to 3.
///
/// NumPy Enhancement Proposal 1, "A Simple File Format for NumPy Arrays".
struct NumPyArray {
  /// What the elements are.
  enum Element: String {
    case float32 = "f4"
    case float64 = "f8"
    case int32 = "i4"
    case int64 = "i8"
    case uint8 = "u1"

    var byteCount: Int { self == .uint8 ? 1 : rawValue.hasSuffix("8") ? 8 : 4 }
  }

  let shape: [Int]
  let element: Element
  private let body: ArraySlice<UInt8>

  /// Reads an array; the error says what is wrong as a clause.
  init(_ bytes: [UInt8]) throws(Refusal) {
    guard bytes.count >= 10, bytes.starts(with: [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]) else {
      throw Refusal("not a .npy file")
    }
    let wide = bytes[6] >= 2
    guard (1...3).contains(bytes[6]), bytes.count >= (wide ? 12 : 10) else {
      throw Refusal("unknown version \(bytes[6]) of the .npy format")
    }
    let start = wide ? 12 : 10
    var length = 0
    for index in stride(from: start - 1, through: 8, by: -1) {
      length = length << 8 | Int(bytes[index])
    }
    guard length <= bytes.count - start else { throw Refusal("the header is cut off") }
    let header = String(decoding: bytes[start..<start + length], as: UTF8.self)
    guard let type = Self.text(after: "descr", in: header),
      let order = Self.word(after: "fortran_order", in: header),
      let shape = Self.shape(in: header)
    else { throw Refusal("the header cannot be read: \(header.prefix(80))") }
    guard let element = Element(rawValue: String(type.dropFirst())), !type.hasPrefix(">") else {
      throw Refusal("elements of type \(type); expected float32, float64, int32, int64 or uint8")
    }
    guard order != "True" || shape.count < 2 else {
      throw Refusal("the array is in Fortran order; save it with numpy.ascontiguousarray")
    }
    var count = element.byteCount
    for size in shape {
      let (product, overflows) = count.multipliedReportingOverflow(by: size)
      guard !overflows else { throw Refusal("the shape \(shape) is too large") }
      count = product
    }
    body = bytes[(start + length)...]
    guard body.count >= count else {
      throw Refusal("the shape \(shape) needs \(count) bytes, the file holds \(body.count)")
    }
    self.shape = shape
    self.element = element
  }

  /// A file that cannot be read.
  struct Refusal: Error {
    let reason: String

    init(_ reason: String) { self.reason = reason }
  }

  /// All elements as floats.
  var floats: [Float] {
    body.withUnsafeBytes { bytes in
      (0..<shape.reduce(1, *)).map { index in
        switch element {
        case .float32: bytes.loadUnaligned(fromByteOffset: 4 * index, as: Float.self)
        case .float64: Float(bytes.loadUnaligned(fromByteOffset: 8 * index, as: Double.self))
        case .int32: Float(bytes.loadUnaligned(fromByteOffset: 4 * index, as: Int32.self))
        case .int64: Float(bytes.loadUnaligned(fromByteOffset: 8 * index, as: Int64.self))
        case .uint8: Float(bytes[index])
        }
      }
    }
  }
}

// MARK: - Header

extension NumPyArray {
  /// What follows `'key':` in the header's dictionary.
  private static func rest(after key: String, in header: String) -> Substring? {
    guard let quoted = header.firstRange(of: "'\(key)'") else { return nil }
    let rest = header[quoted.upperBound...].drop { $0 == " " }
    guard rest.first == ":" else { return nil }
    return rest.dropFirst().drop { $0 == " " }
  }

  private static func text(after key: String, in header: String) -> String? {
    guard let rest = rest(after: key, in: header), rest.first == "'" else { return nil }
    return String(rest.dropFirst().prefix { $0 != "'" })
  }

  private static func word(after key: String, in header: String) -> String? {
    rest(after: key, in: header).map { String($0.prefix { $0.isLetter }) }
  }

  private static func shape(in header: String) -> [Int]? {
    guard let rest = rest(after: "shape", in: header), rest.first == "(" else { return nil }
    var sizes: [Int] = []
    for part in rest.dropFirst().prefix(while: { $0 != ")" }).split(separator: ",") {
      let digits = part.filter { $0 != " " }
      if digits.isEmpty { continue }
      guard let size = Int(digits), size >= 0 else { return nil }
      sizes.append(size)
    }
    return sizes
  }
}

extension String {
  /// The first place where `text` stands.
  fileprivate func firstRange(of text: String) -> Range<Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
      start = index(after: start)
    }
    return nil
  }
}
