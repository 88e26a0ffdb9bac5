internal import TraceFormat

/// Which modules are shown as one row.
struct Folding: Sendable {
  /// Paths of the modules.
  private(set) var folded: Set<String> = []

  /// The outermost folded module that holds `path`, or is it.
  func module(of path: String) -> String? {
    folded.isEmpty ? nil : Self.prefixes(of: path).first(where: folded.contains)
  }

  /// Folds the innermost module around the row of `path` that is not folded.
  ///
  /// - Parameter includesItself: Whether `path` is a module, too: of nodes.
  mutating func fold(_ path: String, includesItself: Bool = false) {
    let prefixes = Self.prefixes(of: path)
    let around = includesItself ? prefixes[...] : prefixes.dropLast()
    if let module = around.last(where: { !folded.contains($0) }) { folded.insert(module) }
  }

  /// Unfolds the row of `path`.
  mutating func unfold(_ path: String) {
    folded.remove(path)
  }

  /// Unfolds whatever hides the row of `path`.
  mutating func reveal(_ path: String) {
    folded.subtract(Self.prefixes(of: path))
  }

  /// Folds all outermost modules, or none.
  mutating func toggleAll(_ paths: some Sequence<String>) {
    guard folded.isEmpty else {
      folded = []
      return
    }
    for path in paths {
      if let slash = path.firstIndex(of: "/") { folded.insert(String(path[..<slash])) }
    }
  }

  /// `a/b/c` gives `a`, `a/b`, `a/b/c`.
  static func prefixes(of path: String) -> [String] {
    var prefixes: [String] = []
    var end = path.startIndex
    while let slash = path[end...].firstIndex(of: "/") {
      prefixes.append(String(path[..<slash]))
      end = path.index(after: slash)
    }
    return prefixes + [path]
  }
}

/// A row of a panel that lists layers: one layer, or all of a folded module.
struct LayerRow: Sendable {
  /// The layer's, or the module's.
  var path: String
  /// In the graph's order.
  var layers: [Graph.Layer]
  var isModule: Bool

  /// As tables print it.
  var kind: String {
    isModule ? "\(layers.count) layers" : layers.first?.kind ?? ""
  }

  var isLoss: Bool { layers.first?.isLoss ?? false }
}

extension Folding {
  /// The rows of `layers`, a module where its first layer would stand.
  func rows(_ layers: [Graph.Layer]) -> [LayerRow] {
    guard !folded.isEmpty else {
      return layers.map { LayerRow(path: $0.path, layers: [$0], isModule: false) }
    }
    var rows: [LayerRow] = []
    var positions: [String: Int] = [:]
    for layer in layers {
      guard let module = module(of: layer.path) else {
        rows.append(LayerRow(path: layer.path, layers: [layer], isModule: false))
        continue
      }
      if let position = positions[module] {
        rows[position].layers.append(layer)
      } else {
        positions[module] = rows.count
        rows.append(LayerRow(path: module, layers: [layer], isModule: true))
      }
    }
    return rows
  }
}
