import Exchange
import Panels

/// The commands.
enum Command: String, CaseIterable {
  case run, replay, tail, export, `import`, info, check, plan, frame, themes, completion

  /// What it is for, in a few words.
  var summary: String {
    switch self {
    case .run: "train a model, watched live"
    case .replay: "look at a trace"
    case .tail: "follow a trace that is being written"
    case .export: "a trace as tables, a timeline, or a drawing"
    case .import: "a profile of torch.profiler as a trace"
    case .info: "what is in a trace, and how whole it is"
    case .check: "judge a trace: what is wrong, and what helps"
    case .plan: "memory against recompute"
    case .frame: "one frame of the dashboard as a picture"
    case .themes: "show each theme"
    case .completion: "a script that completes command lines"
    }
  }

  /// What stands behind the command and its options.
  var operands: String {
    switch self {
    case .run: "[MODEL.json]"
    case .replay, .frame: "TRACE [TRACE]"
    case .tail, .export, .info, .check: "TRACE"
    case .plan: "TRACE|COSTS.json"
    case .import: "PROFILE.json -o TRACE"
    case .themes: ""
    case .completion: "bash|zsh|fish"
    }
  }

  /// A line that one might type.
  var example: String {
    switch self {
    case .run: "gradtop run --headless --steps 500 --trace run.mcap model.json"
    case .replay: "gradtop replay run.mcap --step 120"
    case .tail: "gradtop tail run.mcap"
    case .export: "gradtop export run.mcap --table steps --steps 0..99 -o steps.csv"
    case .import: "gradtop import profile.json.gz -o profile.mcap"
    case .info: "gradtop info run.mcap --format json"
    case .plan: "gradtop plan run.mcap --budget 64MiB -o plan.json"
    case .check: "gradtop check run.mcap --fail-on warning --format github"
    case .frame: "gradtop frame run.mcap --panel layers --format svg -o layers.svg"
    case .themes: "gradtop themes"
    case .completion: "source <(gradtop completion bash)"
    }
  }
}

/// An option: the table that parses the command line and prints its help.
struct Option {
  var name: String
  var short: String?
  /// What its value is called; nil: it takes none.
  var value: String?
  var help: String
  var commands: Set<Command>
  /// What its value may be, where the name of that does not tell.
  var choices: [String]

  init(
    _ name: String, _ value: String? = nil, short: String? = nil, _ help: String,
    _ commands: Set<Command>, choices: [String] = []
  ) {
    self.name = name
    self.value = value
    self.short = short
    self.help = help
    self.commands = commands
    self.choices = choices
  }

  private static let dashboards: Set<Command> = [.run, .replay, .tail]

  static let all: [Option] = [
    Option("--headless", "train without a dashboard", [.run]),
    Option("--trace", "FILE", "where the trace goes; - is standard output", [.run]),
    Option("--steps", "N", "train so many steps", [.run]),
    Option("--batch-size", "N", "samples of a batch", [.run]),
    Option("--seed", "N", "what all randomness derives from", [.run]),
    Option("--threads", "N", "threads of one kernel at most", [.run]),
    Option("--precision", "fp32|bf16", "of products and activations", [.run]),
    Option("--weights", "FILE", "start from a safetensors file", [.run]),
    Option("--save-weights", "FILE", "write the trained weights to a safetensors file", [.run]),
    Option("--memory-budget", "SIZE", "keep what fits in the arena, recompute the rest", [.run]),
    Option("--plan", "FILE", "keep and recompute as gradtop plan wrote", [.run]),
    Option("--verify-plan", "compare gradients with a run without the plan", [.run]),
    Option("--norms-every", "N|auto", "measure activations in each Nth step", [.run]),
    Option("--no-instrument", "record index, loss, learning rate and time alone", [.run]),
    Option("--trace-sync", "wait for the disk after each chunk", [.run]),
    Option("--break-on", "finding|nan|never", "what stops the run (default never)", [.run]),
    Option("--paused", "stand still at first; w walks, Space goes on", [.run]),
    Option("--detail", "STEP", "record each op of a step with its numbers", [.run]),
    Option("--quiet", short: "-q", "no progress on standard error", [.run]),
    Option("--quiet", short: "-q", "no notes on standard error", [.export, .plan, .frame]),
    Option("--quiet", short: "-q", "nothing but the status and errors", [.check, .info, .import]),
    Option("--verbose", short: "-v", "how it is run, on standard error", [.run]),
    Option("--verbose", short: "-v", "what was judged, on standard error", [.check]),
    Option("--follow", short: "-f", "stay at the end as steps come", [.replay]),
    Option("--step", "N", "look at this step", [.replay, .tail, .frame]),
    Option("--speed", "X", "play so many steps a second", [.replay]),
    Option(
      "--theme", "NAME|FILE", "dark, light, ... (gradtop themes), or a file",
      dashboards.union([.frame])),
    Option("--no-color", "no colors (as NO_COLOR)", dashboards.union([.frame, .themes])),
    Option(
      "--format", "csv|json|chrome|perfetto|dot", "how it is written (default csv)",
      [.export]),
    Option("--format", "text|json", "how it is written (default text)", [.info, .plan]),
    Option(
      "--format", "text|json|junit|markdown|github", "how it is written (default text)", [.check]),
    Option("--format", "text|ansi|svg|png", "how it is written (default text)", [.frame]),
    Option("--fail-on", "LIST", "severity or rules (default error)", [.check]),
    Option(
      "--rules", "PACK,...", "published rules, as sagemaker", [.check]),
    Option("--set", "RULE.OPTION=VALUE", "an option of a rule; may be repeated", [.check]),
    Option("--suggest", "FILE", "write the model file with what helps", [.check]),
    Option(
      "--table", "TABLE", "which table (default layers)", [.export],
      choices: Table.allCases.map(\.rawValue)),
    Option("--steps", "A..B", "steps A to B only, both included", [.export]),
    Option("--records", "the records of any MCAP file as JSON", [.info]),
    Option("--repair", "write it out whole, to the file of --output", [.info]),
    Option("--size", "WxH", "columns and rows (default 120x40)", [.frame]),
    Option(
      "--panel", "NAME", "which panel (default \(Dashboard.panelNames[0]))", [.frame],
      choices: Dashboard.panelNames),
    Option(
      "--output", "FILE", short: "-o", "write to a file",
      [.export, .import, .plan, .frame, .info]),
    Option("--budget", "SIZE", "the fastest step that fits: KiB, MiB, GiB or bytes", [.plan]),
    Option("--frontier", "what each budget would give", [.plan]),
    Option("--offload", "what is saved may leave memory for a file", [.plan]),
    Option(
      "--solver", "NAME", "weak, persistent, exact, sqrt or knapsack", [.plan],
      choices: ["weak", "persistent", "exact", "sqrt", "knapsack"]),
    Option("--help", short: "-h", "this page", Set(Command.allCases)),
  ]

  private init(_ name: String, _ help: String, _ commands: Set<Command>) {
    self.init(name, nil, short: nil, help, commands)
  }

  private init(_ name: String, short: String, _ help: String, _ commands: Set<Command>) {
    self.init(name, nil, short: short, help, commands)
  }

  static func of(_ command: Command) -> [Option] { all.filter { $0.commands.contains(command) } }
}
