/// A model of the corpus before it is a model file: what faults change.
struct ModelSketch: Sendable {
  var name = ""
  var task = Task.digits
  var seed = 0
  /// Units or channels of its blocks.
  var width = 32
  /// Layers before the first one with weights.
  var entry: [String] = []
  /// Blocks of layers, each of which ends in an activation.
  var blocks: [[String]] = []
  /// Layers behind the blocks, the last of them without activation.
  var head: [String] = []
  /// `init` of the whole model; nil: PyTorch's.
  var initialization: String?
  var biasInitialization: String?
  var optimizer = "Adam"
  var momentum = 0.0
  var learningRate = 1e-3
  var clipNorm: Double?
  var clearsGradients = true
  var batchSize = 32
  var steps = 200

  /// The model file.
  var text: String {
    let layers = entry + blocks.flatMap { $0 } + head
    var parts = [
      #""name": "\#(name)""#, #""seed": \#(seed)"#, #""data": \#(task.data)"#,
      #""model": [\#(layers.joined(separator: ", "))]"#, #""loss": \#(task.loss)"#,
    ]
    let momentum = self.momentum > 0 ? #", "momentum": \#(self.momentum)"# : ""
    parts.append(
      #""optimizer": {"type": "\#(optimizer)", "lr": \#(learningRate)\#(momentum)}"#)
    if let initialization { parts.append(#""init": \#(initialization)"#) }
    if let biasInitialization { parts.append(#""bias_init": \#(biasInitialization)"#) }
    var training = [#""steps": \#(steps)"#, #""batch_size": \#(batchSize)"#]
    if let clipNorm { training.append(#""clip_grad_norm": \#(clipNorm)"#) }
    if !clearsGradients { training.append(#""zero_grad": false"#) }
    parts.append(#""training": {\#(training.joined(separator: ", "))}"#)
    return "{" + parts.joined(separator: ", ") + "}"
  }

  /// Replaces what stands in all blocks.
  mutating func replaceInBlocks(_ old: String, with new: String) {
    blocks = blocks.map { $0.map { $0 == old ? new : $0 } }
  }

  /// Whether any block has a layer of this type.
  func has(_ type: String) -> Bool {
    blocks.contains { $0.contains { $0.contains("\"\(type)\"") } }
  }
}

/// Layers as a model file has them.
enum Layer {
  static func linear(_ units: Int) -> String {
    #"{"type": "Linear", "out_features": \#(units)}"#
  }

  static func plain(_ type: String) -> String { #"{"type": "\#(type)"}"# }

  static func convolution(_ channels: Int) -> String {
    #"{"type": "Conv2d", "out_channels": \#(channels), "kernel_size": 3, "padding": 1}"#
  }

  /// A layer that reads a sequence; its output is the last one's.
  static func recurrent(_ type: String, _ units: Int) -> String {
    #"{"type": "\#(type)", "hidden_size": \#(units), "output": "last"}"#
  }

  static func attention(heads: Int) -> String {
    #"{"type": "MultiheadAttention", "num_heads": \#(heads)}"#
  }

  static func reshape(_ sizes: [Int]) -> String {
    #"{"type": "Reshape", "shape": \#(sizes)}"#
  }

  static func residual(_ body: [String]) -> String {
    #"{"type": "Residual", "body": [\#(body.joined(separator: ", "))]}"#
  }
}
