extension Theme {
  /// The themes that ship with gradtop, the default first.
  public static var shipped: [Theme] {
    files.compactMap { name, bytes in
      try? Theme(name: name, text: String(decoding: bytes, as: UTF8.self))
    }
  }

  private static var files: [(name: String, bytes: [UInt8])] {
    [
      ("dark", PackageResources.dark_theme),
      ("light", PackageResources.light_theme),
      ("high-contrast", PackageResources.high_contrast_theme),
      ("color-blind-safe", PackageResources.color_blind_safe_theme),
      ("solarized", PackageResources.solarized_theme),
      ("gruvbox", PackageResources.gruvbox_theme),
      ("nord", PackageResources.nord_theme),
      ("dracula", PackageResources.dracula_theme),
      ("monochrome", PackageResources.monochrome_theme),
    ]
  }

  /// Colors of the terminal's own alone.
  public static var plain: Theme { Theme(name: "plain", paints: [:], ramps: [:]) }
}
