import Foundation

/// A file that a benchmark writes and removes.
enum TemporaryFile {
  /// A path that nobody uses, ending with `name`.
  static func path(_ name: String) -> String {
    FileManager.default.temporaryDirectory.appending(path: "gradtop-bench-\(UUID())-\(name)").path
  }

  static func remove(_ path: String) {
    try? FileManager.default.removeItem(atPath: path)
  }

  /// The size of the file at `path`; 0 where there is none.
  static func bytes(of path: String) -> Int {
    (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int ?? 0
  }

  static func megabytes(of path: String) -> String {
    fixed(Double(bytes(of: path)) / 1e6, 0)
  }
}
