/// Names of ops and paths of modules by number, each kept once.
struct KinetoTexts: Sendable {
  /// The number of a text.
  struct ID: Hashable, Sendable {
    fileprivate let value: Int32

    /// The empty text, which all have.
    static let empty = ID(value: 0)
  }

  private var texts = [""]
  private var ids: [String: ID] = ["": .empty]

  mutating func id(of text: String) -> ID {
    if let id = ids[text] { return id }
    let id = ID(value: Int32(texts.count))
    texts.append(text)
    ids[text] = id
    return id
  }

  subscript(id: ID) -> String { texts[Int(id.value)] }
}
