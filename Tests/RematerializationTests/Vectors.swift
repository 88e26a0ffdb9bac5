import Foundation

@testable import Rematerialization

/// `Vectors/rematerialization.json`: chains and graphs with the costs of their optimal schedules.
struct Vectors: Decodable {
  struct Chain: Decodable {
    var id: String
    var a: [Int]
    var abar: [Int]
    var delta: [Int]
    var uf: [Double]
    var ub: [Double]
    var of: [Int]
    var ob: [Int]
    var store_all: Totals
    var min_feasible_budget: Int
    var example: Example
    var frontier: [Point]
  }

  struct Totals: Decodable {
    var makespan: Double
    var peak: Int
  }

  struct Example: Decodable {
    var budget: Int
    var optimal_ops: [String]
    var optimal_peak: Int
    var weak_ops: [String]
    var weak_peak: Int
    var persistent_ops: [String]
    var persistent_peak: Int
  }

  struct Point: Decodable {
    var budget: Int
    var optimal: Double
    var weak_dp: Double
    var persistent_dp: Double
  }

  struct Graph: Decodable {
    struct Node: Decodable {
      var id: Int
      var name: String
      var kind: String
      var cost: Double
      var mem: Int
      var deps: [Int]
    }

    struct Point: Decodable {
      var budget: Int
      var exact_cost: Double
      var exact_peak: Int
      var schedule: [String]
    }

    var name: String
    var nodes: [Node]
    var min_feasible_budget: Int
    var base_cost: Double
    var frontier: [Point]
  }

  struct Binomial: Decodable {
    var t: [String: [Int]]
    var r: [String: [Int]]
  }

  struct Levels: Decodable {
    struct Point: Decodable {
      var L: Int
      var slots: [Int]
      var write: [Double]
      var read: [Double]
      var uf: Double
      var ub: Double
      var makespan: Double
    }

    var points: [Point]
  }

  var chains: [Chain]
  var dags: [Graph]
  var revolve: Binomial
  var hrevolve: Levels

  static func read() throws -> Vectors {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Vectors/rematerialization.json")
    return try JSONDecoder().decode(Vectors.self, from: try Data(contentsOf: file))
  }
}

extension ChainCosts {
  init(_ it: Vectors.Chain) throws {
    try self.init(
      a: it.a, abar: it.abar, delta: it.delta, uf: it.uf, ub: it.ub, of: it.of, ob: it.ob)
  }
}

extension ComputationGraph {
  init(_ it: Vectors.Graph) throws {
    try self.init(
      ops: it.nodes.map {
        Op(
          name: $0.name, time: $0.cost, reads: $0.deps, writes: [$0.id],
          isBackward: $0.kind == "bwd")
      }, tensors: it.nodes.map(\.mem))
  }
}

extension ChainAction {
  /// Reads what `description` writes.
  init?(_ text: String) {
    let digits = text.drop { !$0.isNumber }
    guard let stage = Int(digits) else { return nil }
    switch text.dropLast(digits.count) {
    case "F", "Fck": self = .forward(stage)
    case "Fn": self = .forwardDroppingInput(stage)
    case "Fall": self = .forwardSaving(stage)
    case "B": self = .backward(stage)
    case "dropA": self = .dropOutput(stage)
    case "dropB": self = .dropSaved(stage)
    default: return nil
    }
  }
}
