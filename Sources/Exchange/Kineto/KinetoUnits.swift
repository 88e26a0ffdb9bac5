import TraceFormat

/// The outermost ops of a profile, each with what it was doing.
///
/// An op that another op called is part of that one, as `aten::addmm` is of `aten::linear`.
struct KinetoUnits {
  struct Unit {
    /// A position in the profile's slices.
    var slice: Int
    var phase: Phase
    /// The op's name without its prefix.
    var name: String
    /// The modules around it, outermost first: `MLP_0/Linear_1`; empty where none was recorded.
    var module: String
    /// Nanoseconds of the profile's clock; on the device, where work was launched on one.
    var start: Int64
    var duration: Int64
    /// Autograd's sequence number; -1 without.
    var sequence: Int64
  }

  /// Where a step of the training loop begins and ends, and its number where the profile says one.
  struct StepMark {
    var start: Int64
    var end: Int64
    var number: UInt64?
  }

  /// By start.
  private(set) var units: [Unit] = []
  /// The unit that each slice is part of; -1 for none.
  private(set) var unitOfSlice: [Int32] = []
  /// What `ProfilerStep#N` annotations say.
  private(set) var marks: [StepMark] = []

  init(_ events: KinetoEvents) {
    unitOfSlice = Array(repeating: -1, count: events.slices.count)
    let classes = NameClasses(events)
    let slices = events.slices
    let order = slices.indices.sorted { a, b in
      let (x, y) = (slices[a], slices[b])
      if x.thread != y.thread { return x.thread < y.thread }
      if x.start != y.start { return x.start < y.start }
      return x.end != y.end ? x.end > y.end : a < b
    }
    collect(order, slices, classes)
    useDeviceTimes(slices)
    sortByTime()
  }

  /// Walks each thread's slices as a tree: outer ones come first.
  private mutating func collect(
    _ order: [Int], _ slices: [KinetoEvents.Slice], _ classes: NameClasses
  ) {
    var open: [(end: Int64, unit: Int32, modules: Int)] = []
    var modules: [String] = []
    var thread: Int32 = -1
    for index in order {
      let slice = slices[index]
      guard slice.category != .kernel else { continue }
      if slice.thread != thread {
        (thread, open, modules) = (slice.thread, [], [])
      }
      while let top = open.last, top.end <= slice.start, slice.duration > 0 || top.end < slice.start
      {
        open.removeLast()
        modules.removeLast(modules.count - top.modules)
      }
      var unit = open.last?.unit ?? -1
      let depth = modules.count
      let kind = classes[slice.name]
      if case .step(let number) = kind {
        marks.append(StepMark(start: slice.start, end: slice.end, number: number))
      } else if unit < 0 {
        if slice.category == .module, case .module(let name) = kind {
          modules.append(name)
        } else if case .unit(let phase, let name) = kind, slice.category != .launch {
          unit = Int32(units.count)
          units.append(
            Unit(
              slice: index, phase: phase, name: name, module: modules.joined(separator: "/"),
              start: slice.start, duration: slice.duration, sequence: slice.sequence))
        }
      }
      unitOfSlice[index] = unit
      open.append((slice.end, unit, depth))
    }
    marks.sort { $0.start < $1.start }
  }

  /// An op that launches kernels took as long as those ran.
  private mutating func useDeviceTimes(_ slices: [KinetoEvents.Slice]) {
    guard slices.contains(where: { $0.category == .kernel }) else { return }
    var launches: [Int64: Int32] = [:]
    for (index, slice) in slices.enumerated() where slice.category == .launch {
      launches[slice.correlation] = unitOfSlice[index]
    }
    var spans: [Int32: (start: Int64, duration: Int64)] = [:]
    for slice in slices where slice.category == .kernel {
      guard let unit = launches[slice.correlation], unit >= 0 else { continue }
      let known = spans[unit] ?? (slice.start, 0)
      spans[unit] = (min(known.start, slice.start), known.duration &+ slice.duration)
    }
    for (unit, span) in spans {
      (units[Int(unit)].start, units[Int(unit)].duration) = span
    }
  }

  private mutating func sortByTime() {
    let order = units.indices.sorted { (units[$0].start, $0) < (units[$1].start, $1) }
    var place = Array(repeating: Int32(-1), count: units.count)
    for (new, old) in order.enumerated() { place[old] = Int32(new) }
    units = order.map { units[$0] }
    unitOfSlice = unitOfSlice.map { $0 < 0 ? -1 : place[Int($0)] }
  }
}

/// What the names in a profile mean, found once for each name.
private struct NameClasses {
  enum Class {
    case unit(Phase, String)
    case module(String)
    case step(UInt64?)
    /// An annotation of the program: what is inside counts.
    case other
  }

  private var classes: [Int32: Class] = [:]

  init(_ events: KinetoEvents) {
    for slice in events.slices where classes[slice.name] == nil {
      classes[slice.name] = Self.classify(events.names[slice.name], slice.category)
    }
  }

  subscript(name: Int32) -> Class { classes[name] ?? .other }

  private static func classify(_ name: String, _ category: KinetoEvents.Category) -> Class {
    if let rest = name.rest(after: "ProfilerStep#") { return .step(UInt64(rest)) }
    if let rest = name.rest(after: "nn.Module: ") { return .module(rest) }
    if let rest = name.rest(after: "autograd::engine::evaluate_function: ") {
      return .unit(.backward, rest)
    }
    if name.hasPrefix("Optimizer.step#") { return .unit(.optimizer, name) }
    if name.hasPrefix("Optimizer.zero_grad#") { return .unit(.zeroGrad, name) }
    if name.hasPrefix("enumerate(DataLoader)") { return .unit(.data, name) }
    guard category == .op else { return .other }
    return .unit(.forward, name.rest(after: "aten::") ?? name)
  }
}

extension String {
  fileprivate func rest(after prefix: String) -> String? {
    hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil
  }
}
