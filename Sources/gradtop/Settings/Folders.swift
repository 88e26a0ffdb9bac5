import Glibc

/// Where gradtop looks for what people have set up.
enum Folders {
  /// `$XDG_CONFIG_HOME/gradtop`, or `~/.config/gradtop`; nil: there is no home.
  static var configuration: String? {
    if let base = variable("XDG_CONFIG_HOME"), base.hasPrefix("/") { return base + "/gradtop" }
    return variable("HOME").map { $0 + "/.config/gradtop" }
  }

  /// Folders of themes, those that come first in precedence first.
  static var themes: [String] {
    var folders = configuration.map { [$0 + "/themes"] } ?? []
    if let program = folderOfProgram {
      let prefix = program.lastIndex(of: "/").map { program[..<$0] } ?? ""
      folders += [program + "/themes", prefix + "/share/gradtop/themes"]
    }
    return folders
  }

  private static func variable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }

  private static var folderOfProgram: String? {
    var buffer = Array(repeating: CChar(0), count: Int(PATH_MAX))
    let count = readlink("/proc/self/exe", &buffer, buffer.count)
    guard count > 0 else { return nil }
    let path = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return path.lastIndex(of: "/").map { String(path[..<$0]) }
  }

  /// Names of the files in `folder`, sorted; none where it cannot be read.
  static func files(in folder: String) -> [String] {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted()
  }
}
