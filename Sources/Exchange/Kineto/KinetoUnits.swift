import TraceFormat

/// The outermost ops of a profile, each with what it was doing.
///
/// An op that another op called is part of that one, as `aten::addmm` is of `aten::linear`.
struct KinetoUnits {
  struct Unit {
    /// Nanoseconds of the profile's clock; on the device, where work was launched on one.
    var start: Int64
    var duration: Int64
    /// Autograd's sequence number; -1 without.
    var sequence: Int64
    /// The op's name without its prefix.
    var name: KinetoTexts.ID
    /// The modules around it, outermost first: `MLP_0/Linear_1`; empty where none was recorded.
    var module: KinetoTexts.ID
    var phase: Phase
    /// Whether it is an `AccumulateGrad`, which reverses no op.
    var accumulates: Bool
    /// What went in, of a backward function the gradient that arrived; as of slices.
    var operands: Int32
  }

  /// Where a step of the training loop begins and ends, and its number where the profile says one.
  struct StepMark {
    var start: Int64
    var end: Int64
    var number: UInt64?
  }

  /// What units are called.
  private(set) var texts = KinetoTexts()
  /// By start.
  private(set) var units: [Unit] = []
  /// The unit that each slice is part of; -1 for none.
  private(set) var unitOfSlice: [Int32] = []
  /// What `ProfilerStep#N` annotations say.
  private(set) var marks: [StepMark] = []

  init(_ events: KinetoEvents) {
    unitOfSlice = Array(repeating: -1, count: events.slices.count)
    let names = KinetoNames(events, &texts)
    let slices = events.slices
    let order = (0..<Int32(slices.count)).sorted { a, b in
      let (x, y) = (slices[Int(a)], slices[Int(b)])
      if x.thread != y.thread { return x.thread < y.thread }
      if x.start != y.start { return x.start < y.start }
      return x.end != y.end ? x.end > y.end : a < b
    }
    collect(order, slices, names)
    useDeviceTimes(slices)
    sortByTime()
  }

  /// Walks each thread's slices as a tree: outer ones come first.
  private mutating func collect(
    _ order: [Int32], _ slices: [KinetoEvents.Slice], _ names: KinetoNames
  ) {
    var open: [(end: Int64, unit: Int32, modules: Int)] = []
    var modules: [String] = []
    var module = KinetoTexts.ID.empty
    var thread: Int32 = -1
    for index in order.lazy.map(Int.init) {
      let slice = slices[index]
      guard slice.category != .kernel else { continue }
      if slice.thread != thread {
        (thread, open, modules, module) = (slice.thread, [], [], .empty)
      }
      while let top = open.last, top.end <= slice.start, slice.duration > 0 || top.end < slice.start
      {
        open.removeLast()
        guard modules.count > top.modules else { continue }
        modules.removeLast(modules.count - top.modules)
        module = texts.id(of: modules.joined(separator: "/"))
      }
      var unit = open.last?.unit ?? -1
      let depth = modules.count
      let meaning = names[slice.name]
      if case .step(let number) = meaning {
        marks.append(StepMark(start: slice.start, end: slice.end, number: number))
      } else if unit < 0 {
        if slice.category == .module, case .module(let name) = meaning {
          modules.append(name)
          module = texts.id(of: modules.joined(separator: "/"))
        } else if case .unit(let phase, let name, let accumulates) = meaning,
          slice.category != .launch
        {
          unit = Int32(units.count)
          units.append(
            Unit(
              start: slice.start, duration: slice.duration, sequence: slice.sequence, name: name,
              module: module, phase: phase, accumulates: accumulates, operands: slice.operands))
        }
      } else if slice.operands >= 0, units[Int(unit)].operands < 0,
        units[Int(unit)].phase == .backward
      {
        // What autograd evaluates stands inside, with what it was handed.
        units[Int(unit)].operands = slice.operands
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
      launches[slice.number] = unitOfSlice[index]
    }
    var spans: [Int32: (start: Int64, duration: Int64)] = [:]
    for slice in slices where slice.category == .kernel {
      guard let unit = launches[slice.number], unit >= 0 else { continue }
      let known = spans[unit] ?? (slice.start, 0)
      spans[unit] = (min(known.start, slice.start), known.duration &+ slice.duration)
    }
    for (unit, span) in spans {
      (units[Int(unit)].start, units[Int(unit)].duration) = span
    }
  }

  private mutating func sortByTime() {
    let order = (0..<Int32(units.count)).sorted { a, b in
      let (x, y) = (units[Int(a)].start, units[Int(b)].start)
      return x != y ? x < y : a < b
    }
    var place = Array(repeating: Int32(-1), count: units.count)
    for (new, old) in order.enumerated() { place[Int(old)] = Int32(new) }
    units = order.map { units[Int($0)] }
    for slice in unitOfSlice.indices where unitOfSlice[slice] >= 0 {
      unitOfSlice[slice] = place[Int(unitOfSlice[slice])]
    }
  }
}
