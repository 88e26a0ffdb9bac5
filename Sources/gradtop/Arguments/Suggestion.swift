import Training

/// What somebody may have meant on the command line.
enum Suggestion {
  static func hint(for word: String, among valid: [String]) -> String {
    Spelling.nearest(to: word, among: valid).map { "did you mean \($0)?" }
      ?? "valid are: " + valid.joined(separator: ", ")
  }
}
