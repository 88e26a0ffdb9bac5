/// An array of bytes in the format of the MNIST files.
///
/// Two zero bytes, the element type (8: bytes), the number of dimensions, each size in four bytes,
/// highest first, then the elements. LeCun, Cortes and Burges, yann.lecun.com/exdb/mnist.
struct IDXFile {
  let shape: [Int]
  let elements: ArraySlice<UInt8>

  /// What is wrong with the bytes.
  struct Failure: Error {
    var reason: String
  }

  init(_ bytes: [UInt8]) throws(Failure) {
    guard bytes.count >= 4, bytes[0] == 0, bytes[1] == 0 else {
      throw Failure(reason: "not an IDX file: it does not begin with two zero bytes")
    }
    guard bytes[2] == 8 else {
      throw Failure(reason: "elements of type \(bytes[2]); gradtop reads bytes, type 8")
    }
    let header = 4 + 4 * Int(bytes[3])
    guard bytes.count >= header else { throw Failure(reason: "the header is cut off") }
    var (shape, count): ([Int], Int) = ([], 1)
    for dimension in 0..<Int(bytes[3]) {
      let digits = bytes[(4 + 4 * dimension)..<(8 + 4 * dimension)]
      let size = digits.reduce(0) { $0 << 8 | Int($1) }
      let (product, overflows) = count.multipliedReportingOverflow(by: size)
      guard !overflows else { throw Failure(reason: "the sizes overflow") }
      shape.append(size)
      count = product
    }
    guard bytes.count - header == count else {
      throw Failure(reason: "\(bytes.count - header) elements for the shape \(shape)")
    }
    self.shape = shape
    elements = bytes[header...]
  }
}

extension Dataset {
  /// Images `[N, H, W]` and labels `[N]`: pixels in [0, 1], one channel.
  init(
    images: (name: String, file: String), labels: (name: String, file: String)
  ) throws(DataError) {
    let pixels = try Self.array("data.images", images.file)
    let classes = try Self.array("data.labels", labels.file)
    guard pixels.shape.count == 3, pixels.elements.count > 0 else {
      throw DataError(
        "data.images", file: images.file, "shape \(pixels.shape); expected [N, height, width]")
    }
    guard classes.shape == [pixels.shape[0]] else {
      throw DataError(
        "data.labels", file: labels.file,
        "labels of shape \(classes.shape) for images of shape \(pixels.shape)")
    }
    self.init(
      inputs: pixels.elements.map { Float($0) / 255 },
      inputShape: [1, pixels.shape[1], pixels.shape[2]],
      targets: .classes(
        classes.elements.map { Int32($0) }, count: 1 + Int(classes.elements.max() ?? 0)),
      count: pixels.shape[0])
  }

  private static func array(_ path: String, _ file: String) throws(DataError) -> IDXFile {
    let bytes: [UInt8]
    do { bytes = try readBytes(of: file) } catch { throw error.asDataError(path, file: file) }
    guard let plain = gunzipped(bytes) else {
      throw DataError(path, file: file, "the gzip data is damaged")
    }
    do { return try IDXFile(plain) } catch { throw DataError(path, file: file, error.reason) }
  }
}
