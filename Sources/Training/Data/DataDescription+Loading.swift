extension DataDescription {
  /// The data, checked: finite, not empty, as many targets as inputs.
  ///
  /// - Parameters:
  ///   - folder: What paths are relative to.
  ///   - wantsClasses: Whether the loss takes classes rather than numbers.
  ///   - memory: Bytes that data which is made up may take: those of this machine.
  public func load(
    relativeTo folder: String, seed: UInt64, wantsClasses: Bool,
    memory: Double = DataDescription.machineMemory
  ) throws(DataError) -> Dataset {
    try checkSize(memory)
    switch source {
    case .npy(let inputs, let targets):
      return try arrays(
        (inputs, Self.place(inputs, folder)), (targets, Self.place(targets, folder)), wantsClasses)
    case .csv(let file, let target, let hasHeader, let delimiter, let scale):
      let table = try table(
        Self.place(file, folder), hasHeader: hasHeader ?? target.isNamed, delimiter: delimiter,
        allowsNames: wantsClasses)
      return try Dataset(
        table: table, target: try target.index(in: table, file: file), scale: scale,
        wantsClasses: wantsClasses, path: "data.file", file: file)
    case .spirals(let classes, let samples, let noise):
      return .spirals(classes: classes, samples: samples, noise: noise, seed: seed)
    case .teacher(let inputs, let outputs, let samples):
      return .teacher(inputs: inputs, outputs: outputs, samples: samples, seed: seed)
    case .idx(let images, let labels):
      return try Dataset(
        images: (images, Self.place(images, folder)), labels: (labels, Self.place(labels, folder)))
    case .text(let file, let context):
      return try Dataset(text: Self.place(file, folder), context: context)
    case .adding(let length, let samples):
      return .adding(length: length, samples: samples, seed: seed)
    case .copy(let length, let symbols, let samples):
      return .copy(length: length, symbols: symbols, samples: samples, seed: seed)
    case .modular(let modulus, let fraction):
      return .modular(modulus: modulus, fraction: fraction, seed: seed)
    case .images(let size, let classes, let channels, let samples):
      return .images(
        size: size, classes: classes, channels: channels, samples: samples, seed: seed)
    case .inline(let inputs, let targets):
      return try Dataset(inline: inputs, targets: targets, wantsClasses: wantsClasses)
    case .digits:
      return try .digits()
    }
  }

  private static func place(_ path: String, _ folder: String) -> String {
    path.hasPrefix("/") || folder.isEmpty || folder == "." ? path : folder + "/" + path
  }

  private func table(
    _ file: String, hasHeader: Bool, delimiter: UInt8, allowsNames: Bool
  ) throws(DataError) -> NumberTable {
    let bytes: [UInt8]
    do { bytes = try readBytes(of: file) } catch {
      throw error.asDataError("data.file", file: file)
    }
    guard let text = gunzipped(bytes) else {
      throw DataError("data.file", file: file, "the gzip data is damaged")
    }
    do {
      return try NumberTable(
        text, delimiter: delimiter, hasHeader: hasHeader, allowsNames: allowsNames)
    } catch {
      throw DataError("data.file", file: file, error.reason, hint: error.hint)
    }
  }

  private func arrays(
    _ inputs: (name: String, file: String), _ targets: (name: String, file: String),
    _ wantsClasses: Bool
  ) throws(DataError) -> Dataset {
    let x = try array("data.inputs", inputs.file)
    let y = try array("data.targets", targets.file)
    guard let count = x.shape.first, count > 0, x.shape.reduce(1, *) > 0 else {
      throw DataError("data.inputs", file: inputs.file, "no samples: the shape is \(x.shape)")
    }
    guard y.shape.first == count else {
      throw DataError(
        "data.targets", file: targets.file,
        "\(y.shape.first ?? 1) targets for \(count) inputs of shape \(x.shape)")
    }
    let numbers = x.floats
    let shape = Array(x.shape.dropFirst())
    try Dataset.checkFinite(
      numbers, width: shape.reduce(1, *), path: "data.inputs", file: inputs.file)
    let values = y.floats
    let width = y.shape.dropFirst().reduce(1, *)
    try Dataset.checkFinite(values, width: width, path: "data.targets", file: targets.file)
    let form = Array(y.shape.dropFirst())
    return Dataset(
      inputs: numbers, inputShape: shape,
      targets: wantsClasses
        ? try Dataset.classes(values, shape: form, path: "data.targets", file: targets.file)
        : .values(values, shape: form), count: count)
  }

  private func array(_ path: String, _ file: String) throws(DataError) -> NumPyArray {
    let bytes: [UInt8]
    do { bytes = try readBytes(of: file) } catch { throw error.asDataError(path, file: file) }
    do { return try NumPyArray(bytes) } catch { throw DataError(path, file: file, error.reason) }
  }
}

extension DataDescription.Column {
  var isNamed: Bool { if case .named = self { true } else { false } }

  func index(in table: NumberTable, file: String) throws(DataError) -> Int {
    switch self {
    case .last: return max(0, table.columns - 1)
    case .at(let index):
      let position = index < 0 ? index + table.columns : index
      guard table.rows == 0 || (0..<table.columns).contains(position) else {
        throw DataError(
          "data.target", file: file, "column \(index) of a table of \(table.columns) columns")
      }
      return position
    case .named(let name):
      guard let index = table.names.firstIndex(of: name) else {
        throw DataError(
          "data.target", file: file, "no column \"\(name)\"",
          hint: Spelling.hint(for: name, among: table.names))
      }
      return index
    }
  }
}
