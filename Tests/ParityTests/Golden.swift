import FoundationEssentials
import Testing
import Training

/// A model with what PyTorch made of it; `goldens.py` wrote it.
struct Golden: CustomStringConvertible, Sendable {
  /// What PyTorch computed at one step.
  struct Step {
    var loss: Double
    /// The total gradient norm.
    var total: Double
    /// The norm of each parameter's gradient, by the parameter's name.
    var norms: [String: Double]
  }

  /// The folder it stands in.
  let description: String

  private static var folder: URL {
    URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Goldens")
  }

  /// All there are, in order of their names.
  static var all: [Golden] {
    let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path)
    return (names ?? []).sorted().map { Golden(description: $0) }
  }

  private func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: Self.folder.appending(path: "\(description)/\(name)")))
  }

  func model() throws -> PreparedModel {
    let folder = Self.folder.appending(path: description).path
    return try PreparedModel(ModelFile(try bytes("model.json"), folder: folder), threads: 1)
  }

  /// The loss of the first batch in evaluation, behind all steps; nil where nothing differs there.
  func evaluation() throws -> Double? {
    let text = try? String(decoding: bytes("evaluation.txt"), as: UTF8.self)
    return try text.map { try #require(Double($0.split(separator: "\n")[0])) }
  }

  func steps() throws -> [Step] {
    let lines = String(decoding: try bytes("expected.csv"), as: UTF8.self)
      .split(separator: "\n").map { $0.split(separator: ",").map(String.init) }
    let header = try #require(lines.first)
    return try lines.dropFirst().map { cells in
      let numbers = try cells.map { try #require(Double($0)) }
      let norms = zip(header, numbers).dropFirst(3).map { ($0, $1) }
      return Step(
        loss: numbers[1], total: numbers[2], norms: Dictionary(uniqueKeysWithValues: norms))
    }
  }

  /// Whether there are gradients of states.
  var hasTimes: Bool {
    FileManager.default.fileExists(
      atPath: Self.folder.appending(path: "\(description)/time.csv").path)
  }

  /// For each step: the root mean square of a state's gradient, by `node t`.
  func times() throws -> [[String: Double]] {
    var steps: [[String: Double]] = []
    for line in String(decoding: try bytes("time.csv"), as: UTF8.self).split(separator: "\n")
      .dropFirst()
    {
      let cells = line.split(separator: ",")
      let step = try #require(Int(cells[0]))
      if step == steps.count { steps.append([:]) }
      let rms: Double = try #require(Double(cells[3]))
      steps[step]["\(cells[1]) \(cells[2])"] = rms
    }
    return steps
  }
}
