extension Theme {
  /// The themes that ship with gradtop, the default first.
  public static var shipped: [Theme] {
    [("dark", PackageResources.dark_theme), ("light", PackageResources.light_theme)]
      .compactMap { name, bytes in
        try? Theme(name: name, text: String(decoding: bytes, as: UTF8.self))
      }
  }

  /// Colors of the terminal's own alone.
  public static var plain: Theme { Theme(name: "plain") }

  private init(name: String) { self.name = name }
}
