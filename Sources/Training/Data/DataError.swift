/// Data that cannot be trained on.
public struct DataError: Error, Equatable {
  /// Where the model file asks for it: `data.inputs`.
  public var path: String
  /// The file, if there is one.
  public var file: String
  /// What is wrong.
  public var what: String
  /// What helps.
  public var hint: String

  init(_ path: String, file: String = "", _ what: String, hint: String = "") {
    self.path = path
    self.file = file
    self.what = what
    self.hint = hint
  }

  static func notFound(_ path: String, file: String, reason: String) -> DataError {
    DataError(path, file: file, reason, hint: "paths are relative to the model file")
  }
}
