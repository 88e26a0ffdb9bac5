// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

/// A target whose imports are exactly `dependencies`: the arrows of the picture in README.md.
func module(
  _ name: String,
  _ dependencies: [Target.Dependency] = [],
  resources: [Resource] = [],
  exclude: [String] = []
) -> Target {
  .target(
    name: name, dependencies: dependencies, exclude: exclude, resources: resources,
    swiftSettings: settings)
}

func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
  .testTarget(
    name: name, dependencies: dependencies, path: "Tests/\(name)", exclude: exclude,
    swiftSettings: settings)
}

let package = Package(
  name: "gradtop",
  products: [.executable(name: "gradtop", targets: ["gradtop"])],
  targets: [
    .systemLibrary(name: "CCairo", providers: [.apt(["libcairo2-dev"])]),
    .systemLibrary(name: "COneDNN", providers: [.apt(["libdnnl-dev"])]),
    .systemLibrary(name: "CNcurses", providers: [.apt(["libncurses-dev"])]),
    .systemLibrary(name: "CZstd", providers: [.apt(["libzstd-dev"])]),
    .systemLibrary(name: "CLz4", providers: [.apt(["liblz4-dev"])]),
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
    // For tests alone.
    .systemLibrary(name: "CVterm", providers: [.apt(["libvterm-dev"])]),

    .target(name: "CChecksum"),
    module("Autodiff", ["COneDNN"]),
    module(
      "TraceFormat", ["CChecksum", "CLz4", "CZstd", "CZlib"],
      resources: [.embedInCode("gradtop.binpb")], exclude: ["gradtop.proto"]),
    module(
      "Training", ["Autodiff", "Rematerialization", "TraceFormat", "CZlib"],
      resources: [
        .embedInCode("Resources/digits.csv.gz"), .embedInCode("Resources/digits.json"),
      ], exclude: ["Resources/digits.txt"]),
    module("Rematerialization"),
    module("TraceSession", ["TraceFormat"]),
    module("Diagnosis", ["Rematerialization", "TraceSession", "TraceFormat"]),
    module(
      "Screen",
      resources: [
        "color-blind-safe", "dark", "dracula", "gruvbox", "high-contrast", "light", "monochrome",
        "nord", "solarized",
      ].map { .embedInCode("Themes/\($0).theme") }),
    module("Panels", ["Screen", "Diagnosis", "TraceSession", "TraceFormat"]),
    module("Terminal", ["Screen", "CNcurses"]),
    module("Pictures", ["Screen", "CCairo"]),
    module("Exchange", ["Diagnosis", "TraceSession", "TraceFormat", "CZlib"]),

    module("RuleCorpus", ["Training", "Diagnosis", "Autodiff", "TraceFormat"]),
    program(
      "gradtop",
      [
        "Autodiff", "Training", "TraceFormat", "TraceSession", "Diagnosis", "Panels", "Pictures",
        "Rematerialization", "Screen",
        "Terminal",
        "Exchange",
      ]),
    .target(name: "CAllocations"),
    .executableTarget(
      name: "gradtop-bench",
      dependencies: [
        "RuleCorpus", "Training", "Autodiff", "Rematerialization", "TraceFormat", "TraceSession",
        "Diagnosis", "Panels", "Screen", "Exchange", "CAllocations",
      ],
      resources: [.embedInCode("Resources/peer.py"), .embedInCode("Resources/peer_jax.py")],
      swiftSettings: settings),

    tests("AutodiffTests", ["Autodiff"]),
    tests(
      "ParityTests", ["Training", "Autodiff"],
      exclude: [
        "Goldens", "goldens.py", "in_place.py", "in_place_verdicts.json", "parity.py",
        "reference.py", "sequence_goldens.py", "sequence_layers.py",
      ]),
    tests(
      "TraceFormatTests", ["SeededNumbers", "TraceFormat", "CChecksum"], exclude: ["Conformance"]),
    .target(
      name: "SeededNumbers", path: "Tests/SeededNumbers", swiftSettings: settings),
    .target(
      name: "TraceSamples", dependencies: ["TraceFormat"], path: "Tests/TraceSamples",
      swiftSettings: settings),
    tests("TraceSessionTests", ["SeededNumbers", "TraceSamples", "TraceSession", "TraceFormat"]),
    tests("DiagnosisTests", ["Diagnosis", "SeededNumbers", "TraceSession", "TraceFormat"]),
    tests(
      "ExchangeTests", ["Exchange", "SeededNumbers", "Diagnosis", "TraceSession", "TraceFormat"],
      exclude: ["Kineto/Profiles", "Kineto/profiles.py"]),
    tests(
      "TrainingTests", ["gradtop", "Training", "Autodiff", "Rematerialization"],
      exclude: ["InvalidModels"]),
    tests("RematerializationTests", ["SeededNumbers", "Rematerialization"], exclude: ["Vectors"]),
    tests("RuleCorpusTests", ["RuleCorpus", "Diagnosis"]),
    tests("ScreenTests", ["Screen"]),
    tests(
      "PanelsTests",
      ["Panels", "Screen", "Diagnosis", "TraceSamples", "TraceSession", "TraceFormat"],
      exclude: ["Snapshots"]),
    tests("PicturesTests", ["Pictures", "Screen"], exclude: ["Snapshots"]),
    tests("ProgramTests", ["gradtop", "CVterm"]),
  ]
)
