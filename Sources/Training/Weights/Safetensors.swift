import Glibc

/// Why a safetensors file cannot be used.
public struct SafetensorsError: Error, Equatable {
  /// The file.
  public var path: String
  /// What is wrong, as a clause.
  public var reason: String
  /// Whether the file is not there at all.
  public var isMissing = false
  /// `errno` where a system call failed; else 0.
  public var code: Int32 = 0
}

/// Named tensors in a file, in the safetensors format: a length, a JSON header, the bytes.
///
/// github.com/huggingface/safetensors, README, "Format".
public struct SafetensorsFile {
  private struct Entry {
    var shape: [Int]
    var type: String
    var bytes: Range<Int>
  }

  private let path: String
  private let bytes: [UInt8]
  private var entries: [String: Entry] = [:]

  /// Names of all tensors, sorted.
  public var names: [String] { entries.keys.sorted() }

  /// Reads and checks the header of the file at `path`.
  public init(path: String) throws(SafetensorsError) {
    self.path = path
    do { bytes = try readBytes(of: path) } catch {
      throw SafetensorsError(
        path: path, reason: error.reason, isMissing: error.code == ENOENT)
    }
    guard bytes.count >= 8 else { throw Self.damaged(path, "the header's length is cut off") }
    let length = bytes.withUnsafeBytes { UInt64(littleEndian: $0.load(as: UInt64.self)) }
    guard length <= UInt64(bytes.count - 8) else {
      throw Self.damaged(path, "the header is cut off")
    }
    let body = 8 + Int(length)
    let header: JSONValue
    do { header = try JSONParser.parse(Array(bytes[8..<body])) } catch {
      throw Self.damaged(path, "the header is no JSON: \(error.what)")
    }
    guard case .object(let members) = header else {
      throw Self.damaged(path, "the header is no JSON object")
    }
    for member in members where member.key != "__metadata__" {
      entries[member.key] = try entry(member, body: body)
    }
  }

  /// The shape of a tensor; nil where there is none of that name.
  public func shape(of name: String) -> [Int]? { entries[name]?.shape }

  /// The elements of a tensor; nil where there is none of that name.
  public func floats(of name: String) -> [Float]? {
    guard let entry = entries[name] else { return nil }
    return bytes.withUnsafeBytes { bytes in
      let start = entry.bytes.lowerBound
      let count = entry.shape.reduce(1, *)
      return (0..<count).map { index in
        switch entry.type {
        case "F64": Float(bytes.loadUnaligned(fromByteOffset: start + 8 * index, as: Double.self))
        case "I64": Float(bytes.loadUnaligned(fromByteOffset: start + 8 * index, as: Int64.self))
        case "I32": Float(bytes.loadUnaligned(fromByteOffset: start + 4 * index, as: Int32.self))
        case "F16":
          Float(
            Self.half(bytes.loadUnaligned(fromByteOffset: start + 2 * index, as: UInt16.self)))
        case "BF16":
          Float(
            bitPattern: UInt32(
              bytes.loadUnaligned(fromByteOffset: start + 2 * index, as: UInt16.self)) << 16)
        default: bytes.loadUnaligned(fromByteOffset: start + 4 * index, as: Float.self)
        }
      }
    }
  }
}

// MARK: - Header

extension SafetensorsFile {
  private static let sizes = ["F64": 8, "I64": 8, "F32": 4, "I32": 4, "F16": 2, "BF16": 2]

  private static func damaged(_ path: String, _ reason: String) -> SafetensorsError {
    SafetensorsError(path: path, reason: reason)
  }

  private func entry(
    _ member: JSONValue.Member, body: Int
  ) throws(SafetensorsError) -> Entry {
    guard case .object(let fields) = member.value else {
      throw Self.damaged(path, "\"\(member.key)\" is described by \(member.value.summary)")
    }
    let values = Dictionary(fields.map { ($0.key, $0.value) }) { first, _ in first }
    guard case .string(let type)? = values["dtype"], let size = Self.sizes[type] else {
      throw Self.damaged(
        path, "\"\(member.key)\" has elements that are none of F32, F64, F16, BF16, I32, I64")
    }
    guard let shape = Self.naturals(values["shape"]),
      let offsets = Self.naturals(values["data_offsets"]), offsets.count == 2
    else { throw Self.damaged(path, "\"\(member.key)\" lacks a shape or offsets") }
    var count = size
    for dimension in shape {
      let (product, overflows) = count.multipliedReportingOverflow(by: dimension)
      guard !overflows else { throw Self.damaged(path, "\"\(member.key)\" is too large") }
      count = product
    }
    guard offsets[0] <= offsets[1], offsets[1] <= bytes.count - body,
      offsets[1] - offsets[0] == count
    else {
      throw Self.damaged(
        path,
        "\"\(member.key)\" of shape \(shape) needs \(count) bytes at \(offsets), the file "
          + "holds \(bytes.count - body)")
    }
    return Entry(shape: shape, type: type, bytes: body + offsets[0]..<body + offsets[1])
  }

  private static func naturals(_ value: JSONValue?) -> [Int]? {
    guard case .array(let items)? = value else { return nil }
    var numbers: [Int] = []
    for item in items {
      guard case .integer(let number) = item, number >= 0 else { return nil }
      numbers.append(number)
    }
    return numbers
  }

  /// A binary16 number: one bit of sign, five of exponent, ten of fraction.
  private static func half(_ bits: UInt16) -> Double {
    let fraction = Double(bits & 0x3FF)
    let exponent = Int((bits >> 10) & 0x1F)
    let sign: Double = bits >> 15 == 0 ? 1 : -1
    switch exponent {
    case 0: return sign * fraction * 0x1p-24
    case 31: return fraction == 0 ? sign * .infinity : .nan
    default:
      return sign * Double(sign: .plus, exponent: exponent - 15, significand: 1 + fraction / 1024)
    }
  }
}

// MARK: - Writing

/// A tensor to be written.
public struct NamedTensor {
  /// Its name.
  public var name: String
  /// Its sizes.
  public var shape: [Int]
  /// Its elements.
  public var values: UnsafeBufferPointer<Float>
}

/// Writes float32 tensors to a safetensors file, whole or not at all.
///
/// What a link leads to is replaced, not the link; what is no regular file is written to as it is.
public func writeSafetensors(
  _ tensors: [NamedTensor], to path: String
) throws(SafetensorsError) {
  var (header, offset) = ("{", 0)
  for (index, tensor) in tensors.enumerated() {
    let end = offset + 4 * tensor.values.count
    let shape = tensor.shape.map(String.init).joined(separator: ",")
    header += (index == 0 ? "" : ",") + quoted(tensor.name)
    header += ":{\"dtype\":\"F32\",\"shape\":[\(shape)],\"data_offsets\":[\(offset),\(end)]}"
    offset = end
  }
  header += "}"
  // The format asks for alignment of what follows.
  header += String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
  let target = resolved(path)
  var status = stat()
  let isPlain = stat(target, &status) != 0 || status.st_mode & S_IFMT == S_IFREG
  let part = isPlain ? target + ".part" : target
  func failure(_ code: Int32) -> SafetensorsError {
    SafetensorsError(path: path, reason: String(cString: strerror(code)), code: code)
  }
  guard let file = fopen(part, "wb") else { throw failure(errno) }
  var length = UInt64(header.utf8.count).littleEndian
  var isWritten = fwrite(&length, 8, 1, file) == 1
  isWritten = isWritten && fwrite(header, 1, header.utf8.count, file) == header.utf8.count
  for tensor in tensors where isWritten {
    isWritten =
      fwrite(tensor.values.baseAddress, 4, tensor.values.count, file) == tensor.values.count
  }
  let writing = errno
  let isClosed = fclose(file) == 0
  guard isWritten, isClosed, !isPlain || rename(part, target) == 0 else {
    let code = isWritten ? errno : writing
    if isPlain { unlink(part) }
    throw failure(code)
  }
}

/// Where `path` leads; itself where there is nothing yet.
private func resolved(_ path: String) -> String {
  guard let place = realpath(path, nil) else { return path }
  defer { free(place) }
  return String(cString: place)
}

/// A name as a JSON string.
private func quoted(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"", "\\": result += "\\\(scalar)"
    case "\u{0}"..<" ":
      let digits = String(scalar.value, radix: 16)
      result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}
