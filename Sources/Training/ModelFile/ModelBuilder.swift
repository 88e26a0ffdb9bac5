internal import Autodiff

/// A layer of the model file as it is in the network.
struct BuiltLayer: Sendable {
  var path: String
  /// In the model file: `model[3]`.
  var jsonPath: String
  var kind: String
  var isContainer = false
  var isLoss = false
}

/// Turns lists of layers into a network.
struct ModelBuilder {
  private(set) var network = Network()
  private(set) var layers: [BuiltLayer] = []
  /// How each parameter starts, in the network's order.
  private(set) var starts: [Start] = []
  /// The output of each layer, by path.
  private var outputs: [String: ValueID] = [:]
  private var parameters: [String: ValueID] = [:]
  private var buffers: [String: ValueID] = [:]
  /// Of all layers and containers.
  private var paths: Set<String> = []
  let batch: BatchForm
  /// What containers around say of first values.
  private var inherited: InitialValues
  var overwriting = Overwriting()
  private var input: ValueID?
  private var target: ValueID?

  /// What a batch looks like; nil where there is no data.
  struct BatchForm {
    var input: Shape?
    var target: Shape?
    var targetType = ElementType.float32
    /// One more than the largest input, where all are whole numbers from 0.
    var tokens: () -> Int? = { nil }
  }

  init(batch: BatchForm, initialValues: InitialValues) {
    self.batch = batch
    inherited = initialValues
  }

  /// Builds a list whose first layer takes `input`, and returns the last output.
  ///
  /// - Parameters:
  ///   - prefix: The path of the container, with a slash at the end; empty for the model.
  ///   - owner: The same for parameters.
  ///   - isShared: Whether it is a copy that has the parameters of another one.
  mutating func build(
    _ list: LayerList, input: ValueID?, prefix: String, owner: String, isShared: Bool = false
  ) throws(ModelFileError) -> ValueID? {
    var current = input
    for entry in list.entries {
      let place = LayerPlace(
        jsonPath: entry.jsonPath, path: prefix + entry.name, owner: owner + entry.name,
        isShared: isShared, initialValues: entry.initialValues)
      guard paths.insert(place.path).inserted else {
        throw ModelFileError(
          place.jsonPath, "another layer has the path \"\(place.path)\"",
          hint: "give one of the two another name")
      }
      guard paths.count <= LayerLimits.layers else {
        throw ModelFileError(
          place.jsonPath, "the model has more than \(LayerLimits.layers) layers",
          hint: "lower the times of a Repeat")
      }
      let outer = inherited
      if !entry.isLayer { inherited = entry.initialValues.inside(outer) }
      current = try build(entry, after: current, prefix: prefix, at: place)
      inherited = outer
      outputs[place.path] = current
    }
    return current
  }
}

// MARK: - Layers and containers

extension ModelBuilder {
  private mutating func build(
    _ entry: LayerList.Entry, after previous: ValueID?, prefix: String, at place: LayerPlace
  ) throws(ModelFileError) -> ValueID? {
    switch entry.content {
    case .layer(let definition):
      let type = Swift.type(of: definition)
      let inputs = try resolve(
        entry, count: type.inputCount, type: type.type, after: previous, prefix: prefix)
      layers.append(BuiltLayer(path: place.path, jsonPath: place.jsonPath, kind: type.type))
      return try definition.build(inputs, at: place, in: &self)
    case .sequential(let body):
      let input = try containerInput(entry, after: previous, prefix: prefix)
      layers.append(
        BuiltLayer(
          path: place.path, jsonPath: place.jsonPath, kind: "Sequential", isContainer: true))
      return try build(
        body, input: input, prefix: place.path + "/", owner: place.owner + ".",
        isShared: place.isShared)
    case .residual(let body, let shortcut):
      layers.append(
        BuiltLayer(path: place.path, jsonPath: place.jsonPath, kind: "Residual", isContainer: true))
      return try buildResidual(entry, body, shortcut, after: previous, prefix: prefix, at: place)
    case .repeated(let body, let times, let shares):
      var current = try containerInput(entry, after: previous, prefix: prefix)
      layers.append(
        BuiltLayer(path: place.path, jsonPath: place.jsonPath, kind: "Repeat", isContainer: true))
      // Nothing any number of times is nothing, and no layers would be counted on the way.
      for copy in 0..<(body.entries.isEmpty ? 0 : times) {
        current = try build(
          body, input: current, prefix: "\(place.path)/\(copy)/",
          owner: "\(place.owner).\(shares ? 0 : copy).",
          isShared: place.isShared || shares && copy > 0)
      }
      return current
    }
  }

  private mutating func buildResidual(
    _ entry: LayerList.Entry, _ body: LayerList, _ shortcut: LayerList?, after previous: ValueID?,
    prefix: String, at place: LayerPlace
  ) throws(ModelFileError) -> ValueID? {
    guard let input = try containerInput(entry, after: previous, prefix: prefix) else {
      throw ModelFileError(place.jsonPath, "a Residual needs an input, and nothing comes before it")
    }
    let long = try build(
      body, input: input, prefix: place.path + "/", owner: place.owner + ".",
      isShared: place.isShared)
    var short: ValueID? = input
    if let shortcut {
      short = try build(
        shortcut, input: input, prefix: place.path + "/shortcut/",
        owner: place.owner + ".shortcut.", isShared: place.isShared)
    }
    guard let long, var short else { return input }
    short = try latest(short)
    guard shape(of: long) == shape(of: short) else {
      throw ModelFileError(
        place.jsonPath,
        "the body gives \(shape(of: long)), the \(shortcut == nil ? "input" : "shortcut") "
          + "\(shape(of: short)); a Residual adds the two",
        hint: shortcut == nil ? "give a shortcut that changes the shape, as a Linear" : "")
    }
    return try apply(Add(), to: [long, short], at: place, suffix: "/add")
  }

  private mutating func containerInput(
    _ entry: LayerList.Entry, after previous: ValueID?, prefix: String
  ) throws(ModelFileError) -> ValueID? {
    guard entry.inputs != nil else { return try latest(previous ?? batchInput()) }
    return try resolve(entry, count: 1...1, type: "a container", after: previous, prefix: prefix)[0]
  }

  private mutating func resolve(
    _ entry: LayerList.Entry, count: ClosedRange<Int>, type: String, after previous: ValueID?,
    prefix: String
  ) throws(ModelFileError) -> [ValueID] {
    let wanted =
      count.upperBound == .max ? "at least \(count.lowerBound)" : "\(count.upperBound)"
    guard let names = entry.inputs else {
      if count.upperBound == 0 { return [] }
      guard count.contains(1) else {
        throw ModelFileError(
          entry.jsonPath + ".inputs", "missing; \(type) takes \(wanted) inputs by name")
      }
      guard let value = try latest(previous ?? batchInput()) else {
        throw ModelFileError(
          entry.jsonPath, "takes the data's inputs, but the file has no data",
          hint: "add \"data\", or name another layer as \"input\"")
      }
      return [value]
    }
    guard count.contains(names.count) else {
      throw ModelFileError(
        entry.jsonPath + ".inputs", "\(names.count) inputs; \(type) takes \(wanted)")
    }
    var values: [ValueID] = []
    for name in names { values.append(try find(name, from: prefix, entry)) }
    return values
  }

  /// A name means a layer of the same list, else of an enclosing one, else a whole path.
  private mutating func find(
    _ name: String, from prefix: String, _ entry: LayerList.Entry
  ) throws(ModelFileError) -> ValueID {
    if name == "$input", let value = batchInput() { return try latest(value) }
    if name == "$target", let value = batchTarget(), network[value].type == .float32 {
      return try latest(value)
    }
    if name.hasPrefix("$") {
      throw ModelFileError(
        entry.jsonPath + ".inputs",
        name == "$input" || name == "$target"
          ? "\(name) is not there: the data has no such numbers" : "unknown input \"\(name)\"",
        hint: "valid are: $input, $target and the names of layers")
    }
    var scope = prefix
    while true {
      if let value = outputs[scope + name] { return try latest(value) }
      guard !scope.isEmpty else { break }
      let parts = scope.dropLast().split(separator: "/").dropLast()
      scope = parts.isEmpty ? "" : parts.joined(separator: "/") + "/"
    }
    throw ModelFileError(
      entry.jsonPath + ".inputs", "no layer \"\(name)\" comes before this one",
      hint: Spelling.hint(for: name, among: outputs.keys.sorted() + ["$input", "$target"]))
  }
}

// MARK: - What layers use

extension ModelBuilder {
  func shape(of value: ValueID) -> Shape { network[value].shape }

  /// A trained tensor; the same one again where another copy of a shared layer owns it.
  ///
  /// - Parameter name: `weight`; nil: the tensor has the layer's own name.
  mutating func parameter(
    _ name: String?, _ shape: Shape, starts start: Start, at place: LayerPlace
  ) throws(ModelFileError) -> ValueID {
    let full = name.map { "\(place.owner).\($0)" } ?? place.owner
    if let known = parameters[full] {
      try checkSharing(full, at: place)
      guard network[known].shape == shape else {
        throw ModelFileError(
          place.jsonPath,
          "shared copies need a \(full) of shape \(network[known].shape) and of \(shape)")
      }
      return known
    }
    guard shape.isCountable else {
      throw ModelFileError(
        place.jsonPath,
        "a \(full) of shape \(shape) is too large: \(Shape.mostElements) elements at most")
    }
    let value = network.addParameter(full, layer: place.path, shape: shape)
    parameters[full] = value
    starts.append(
      try place.initialValues.start(of: name, shape, given: start, inherited: inherited))
    return value
  }

  /// A tensor that forward changes, as a running mean; shared where the layer is.
  mutating func buffer(
    _ name: String, _ shape: Shape, starts start: Float, at place: LayerPlace
  ) -> ValueID {
    let full = "\(place.owner).\(name)"
    if place.isShared, let known = buffers[full], network[known].shape == shape { return known }
    let value = network.addBuffer(full, shape: shape, start: start)
    buffers[full] = value
    return value
  }

  /// Refuses a parameter that would be another layer's by the accident of their names.
  private func checkSharing(_ parameter: String, at place: LayerPlace) throws(ModelFileError) {
    guard !place.isShared else { return }
    throw ModelFileError(
      place.jsonPath, "another layer has a parameter called \"\(parameter)\"",
      hint: "give one of the two another name; a Repeat with \"share\": true shares parameters")
  }

  /// Refuses a parameter with more elements than a tensor may have.
  func checkSize(_ shape: Shape, at place: LayerPlace) throws(ModelFileError) {
    guard !shape.isCountable else { return }
    throw ModelFileError(
      place.jsonPath,
      "a parameter of shape \(shape) is too large: \(Shape.mostElements) elements at most")
  }

  mutating func constant(_ numbers: [Float], shape: Shape) -> ValueID {
    network.addConstant(numbers, shape: shape)
  }

  mutating func addSource(_ value: ValueID, isTrained: Bool, at place: LayerPlace) {
    network.addSource(
      Source(symbol: place.path, isTrained: isTrained), for: value, name: place.path,
      layer: place.path)
  }

  mutating func apply(
    _ primitive: any Primitive, to operands: [ValueID], at place: LayerPlace, suffix: String = "",
    isInPlace: Bool = false
  ) throws(ModelFileError) -> ValueID {
    do {
      return try network.apply(
        primitive, to: operands, name: nodeName(place.path, suffix), layer: place.path,
        isInPlace: isInPlace)
    } catch {
      throw ModelFileError(place.jsonPath, "\(error.primitive): \(error.reason)")
    }
  }

  /// The name of a node of the layer at `path`; names that start with $ are nobody else's.
  private func nodeName(_ path: String, _ suffix: String) -> String {
    let name = path + suffix
    return suffix.hasPrefix("/") && paths.contains(name) ? "\(path)/$\(suffix.dropFirst())" : name
  }

  mutating func batchInput() -> ValueID? {
    guard let shape = batch.input else { return nil }
    let value = input ?? network.addBatchTensor(.input, shape: shape)
    input = value
    return value
  }

  mutating func batchTarget() -> ValueID? {
    guard let shape = batch.target else { return nil }
    let value = target ?? network.addBatchTensor(.target, shape: shape, type: batch.targetType)
    target = value
    return value
  }

  /// Adds the loss as a layer of its own; `$loss` where the model has a layer called `loss`.
  mutating func addLoss(
    _ kind: String, _ primitive: any Primitive, to operands: [ValueID]
  ) throws(ModelFileError) -> ValueID {
    let path = layers.contains { $0.path == "loss" } ? "$loss" : "loss"
    layers.append(BuiltLayer(path: path, jsonPath: "loss", kind: kind, isLoss: true))
    return try apply(
      primitive, to: operands, at: LayerPlace(jsonPath: "loss", path: path, owner: path))
  }
}
