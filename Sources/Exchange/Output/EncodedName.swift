/// A text as both formats write it, made once: a table says some names in each of millions of rows.
final class EncodedName: Sendable {
  let text: String
  let csv: [UInt8]
  let json: [UInt8]

  init(_ text: String) {
    self.text = text
    var csv = TextBuffer()
    var json = TextBuffer()
    csv.append(csv: text)
    json.append(quoted: text)
    (self.csv, self.json) = (csv.array, json.array)
  }
}

extension EncodedName: Equatable {
  static func == (a: EncodedName, b: EncodedName) -> Bool { a.text == b.text }
}
