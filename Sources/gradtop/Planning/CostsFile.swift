import Rematerialization
import Training

/// A file with the costs of one chain: lists `a`, `abar`, `delta`, `uf`, `ub`, and `of`, `ob` where
/// ops need memory of their own; any other key is somebody else's.
enum CostsFile {
  static func read(_ bytes: [UInt8], path: String) throws(Failure) -> ChainCosts {
    do throws(ModelFileError) {
      var reader = try ObjectReader(try JSONParser.parse(bytes), path: "")
      let abar = try integers("abar", &reader)
      let (a, delta) = (try integers("a", &reader), try integers("delta", &reader))
      let (uf, ub) = (try numbers("uf", &reader), try numbers("ub", &reader))
      let none = Array(repeating: 0, count: abar.count)
      let of = reader.has("of") ? try integers("of", &reader) : none
      let ob = reader.has("ob") ? try integers("ob", &reader) : none
      do throws(CostError) {
        return try ChainCosts(a: a, abar: abar, delta: delta, uf: uf, ub: ub, of: of, ob: ob)
      } catch {
        throw ModelFileError(error.place, error.reason)
      }
    } catch { throw Failure(error, in: path) }
  }

  private static func integers(
    _ key: String, _ reader: inout ObjectReader
  ) throws(ModelFileError) -> [Int] {
    try value(key, &reader).integers(at: key)
  }

  private static func numbers(
    _ key: String, _ reader: inout ObjectReader
  ) throws(ModelFileError) -> [Double] {
    try value(key, &reader).numbers(at: key)
  }

  private static func value(
    _ key: String, _ reader: inout ObjectReader
  ) throws(ModelFileError) -> JSONValue {
    guard let value = reader.value(key) else {
      throw ModelFileError(
        key, "missing", hint: "a file of costs has the lists a, abar, delta, uf and ub")
    }
    return value
  }
}
