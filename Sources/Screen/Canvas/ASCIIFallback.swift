extension Character {
  /// What stands for it where there is only ASCII; `?` where nothing resembles it.
  var inASCII: Character {
    if let ascii = asciiValue, (0x20..<0x7F).contains(ascii) { return self }
    guard let scalar = unicodeScalars.first else { return "?" }
    if let known = Self.fallbacks[scalar] { return known }
    switch scalar.value {
    case 0x2800: return " "
    // Braille: where most of its dots are.
    case 0x2801...0x28FF: return Self.brailleFallback(UInt8(scalar.value - 0x2800))
    case 0x2500...0x257F: return "+"
    case 0x2581...0x2584, 0x2594: return "_"
    case 0x2580, 0x2585...0x258B: return "#"
    case 0x258C...0x258F: return "|"
    default: break
    }
    // A letter with its marks taken off.
    let bare = Self.letters[scalar]
    return bare ?? "?"
  }

  private static func brailleFallback(_ dots: UInt8) -> Character {
    let (upper, lower) = (dots & 0x1B, dots & 0xE4)
    if upper != 0, lower != 0 { return dots.nonzeroBitCount >= 5 ? "#" : ":" }
    return upper != 0 ? "'" : "."
  }

  private static let fallbacks: [Unicode.Scalar: Character] = [
    "─": "-", "━": "-", "═": "=", "┄": "-", "┈": "-", "╌": "-", "│": "|", "┃": "|", "║": "|",
    "┆": ":", "┊": ":", "╎": ":", "╱": "/", "╲": "\\", "╳": "X", "█": "#", "▉": "#", "░": ".",
    "▒": ":", "▓": "%", "■": "*", "□": "o", "▪": "*", "●": "*", "○": "o", "◆": "*", "◇": "o",
    "•": "*", "·": ".", "▶": ">", "▷": ">", "▸": ">", "◀": "<", "◁": "<", "◂": "<", "▲": "^",
    "△": "^", "▴": "^", "▼": "v", "▽": "v", "▾": "v", "←": "<", "→": ">", "↑": "^", "↓": "v",
    "↔": "-", "↕": "|", "↗": "/", "↘": "\\", "⇒": ">", "⇐": "<", "↩": "<", "↪": ">", "…": "~",
    "–": "-", "—": "-", "−": "-", "×": "x", "÷": "/", "±": "~", "≈": "~", "≤": "<", "≥": ">",
    "≠": "!", "∞": "8", "√": "V", "∂": "d", "∇": "V", "Σ": "S", "∑": "S", "µ": "u", "μ": "u",
    "σ": "s", "λ": "l", "α": "a", "β": "b", "γ": "g", "δ": "d", "Δ": "D", "ε": "e", "η": "n",
    "θ": "o", "π": "p", "ρ": "p", "τ": "t", "φ": "f", "ω": "w", "²": "2", "³": "3", "¹": "1",
    "⁰": "0", "⁻": "-", "ᵀ": "T", "₀": "0", "₁": "1", "₂": "2", "°": "o", "′": "'", "″": "\"",
    "‘": "'", "’": "'", "“": "\"", "”": "\"", "«": "<", "»": ">", "✓": "v", "✔": "v", "✗": "x",
    "✘": "x", "⚠": "!", "★": "*", "☆": "*", "⊙": "*", "⊗": "x", "⊕": "+", "\u{A0}": " ",
    "‖": "|",
  ]

  private static let letters: [Unicode.Scalar: Character] = {
    let groups: [(Character, String)] = [
      ("A", "ÀÁÂÃÄÅ"), ("C", "Ç"), ("E", "ÈÉÊË"), ("I", "ÌÍÎÏ"), ("N", "Ñ"), ("O", "ÒÓÔÕÖØ"),
      ("U", "ÙÚÛÜ"), ("Y", "Ý"), ("a", "àáâãäå"), ("c", "ç"), ("e", "èéêë"), ("i", "ìíîï"),
      ("n", "ñ"), ("o", "òóôõöø"), ("s", "ß"), ("u", "ùúûü"), ("y", "ýÿ"),
    ]
    var letters: [Unicode.Scalar: Character] = [:]
    for (letter, accented) in groups {
      for scalar in accented.unicodeScalars { letters[scalar] = letter }
    }
    return letters
  }()
}
