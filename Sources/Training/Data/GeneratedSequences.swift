import Autodiff

extension Dataset {
  /// The long-lag adding problem: the sum of two marked numbers of a sequence.
  ///
  /// Each time step has a number uniform in [0, 1) and a marker, 1 at one place of either half and 0
  /// elsewhere; the target is the sum of the two marked numbers. Hochreiter and Schmidhuber, "Long
  /// Short-Term Memory" (1997), section 5.4.
  static func adding(length: Int, samples: Int, seed: UInt64) -> Dataset {
    var stream = RandomStream(seed: seed, name: "adding")
    var (inputs, targets): ([Float], [Float]) = ([], [])
    inputs.reserveCapacity(2 * length * samples)
    for _ in 0..<samples {
      let half = length / 2
      let marked = [stream.index(below: half), half + stream.index(below: length - half)]
      var sum = Float(0)
      for time in 0..<length {
        let number = stream.unit()
        let isMarked = marked.contains(time)
        inputs += [number, isMarked ? 1 : 0]
        if isMarked { sum += number }
      }
      targets.append(sum)
    }
    return Dataset(
      inputs: inputs, inputShape: [length, 2], targets: .values(targets, shape: [1]),
      count: samples)
  }

  /// The copy-memory task: symbols, then blanks through which they must be remembered, then they.
  ///
  /// A sample has 2 · length + 1 time steps: `length` symbols (1…symbols), a signal (symbols + 1),
  /// `length` blanks (0). The target is 0 up to the signal, then the symbols. After Hochreiter and
  /// Schmidhuber (1997) and Arjovsky, Shah and Bengio (2016), arXiv:1511.06464.
  static func copy(length: Int, symbols: Int, samples: Int, seed: UInt64) -> Dataset {
    var stream = RandomStream(seed: seed, name: "copy")
    var (inputs, targets): ([Float], [Int32]) = ([], [])
    for _ in 0..<samples {
      let word = (0..<length).map { _ in Int32(1 + stream.index(below: symbols)) }
      inputs += word.map { Float($0) } + [Float(symbols + 1)]
      inputs += Array(repeating: 0, count: length)
      targets += Array(repeating: 0, count: length + 1) + word
    }
    let steps = 2 * length + 1
    return Dataset(
      inputs: inputs, inputShape: [steps],
      targets: .classes(targets, shape: [steps], count: symbols + 1), count: samples,
      tokens: symbols + 2)
  }

  /// a + b mod p for a random part of all pairs: inputs are the two numbers, the target their sum.
  ///
  /// Power and others, "Grokking" (2022), arXiv:2201.02177.
  static func modular(modulus: Int, fraction: Double, seed: UInt64) -> Dataset {
    var pairs = (0..<Int32(modulus * modulus)).map { $0 }
    var stream = RandomStream(seed: seed, name: "modular")
    pairs.withUnsafeMutableBufferPointer { stream.shuffle($0) }
    let count = max(1, Int((fraction * Double(pairs.count)).rounded()))
    var (inputs, targets): ([Float], [Int32]) = ([], [])
    for pair in pairs.prefix(count) {
      let (a, b) = (Int(pair) / modulus, Int(pair) % modulus)
      inputs += [Float(a), Float(b)]
      targets.append(Int32((a + b) % modulus))
    }
    return Dataset(
      inputs: inputs, inputShape: [2], targets: .classes(targets, count: modulus), count: count,
      tokens: modulus)
  }

  /// Windows of `context` bytes over a text; the target of each byte is the next one.
  init(text file: String, context: Int) throws(DataError) {
    let bytes: [UInt8]
    do { bytes = try readBytes(of: file) } catch {
      throw error.asDataError("data.file", file: file)
    }
    guard bytes.count > context else {
      throw DataError(
        "data.file", file: file,
        "\(bytes.count) bytes do not fill a context of \(context) and the byte behind it",
        hint: "use a longer text, or a shorter context")
    }
    self.init(
      inputs: bytes.map { Float($0) }, inputShape: [context],
      targets: .classes(bytes.dropFirst().map { Int32($0) }, shape: [context], count: 256),
      count: bytes.count - context, stride: 1, tokens: 256)
  }
}
