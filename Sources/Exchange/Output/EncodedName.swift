/// A text as both formats write it, made once: a table says some names in each of millions of rows.
final class EncodedName: Sendable {
  let text: String
  let csv: [UInt8]
  let json: [UInt8]

  init(_ text: String) {
    self.text = text
    var (csv, json): ([UInt8], [UInt8]) = ([], [])
    CSVRows.append(text, to: &csv)
    JSONText.append(text, to: &json)
    (self.csv, self.json) = (csv, json)
  }
}

extension EncodedName: Equatable {
  static func == (a: EncodedName, b: EncodedName) -> Bool { a.text == b.text }
}
