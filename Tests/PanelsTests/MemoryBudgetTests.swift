import Diagnosis
import Panels
import Screen
import Testing
import TraceFormat
import TraceSession

/// The frontier in the memory panel, and the budget that is moved on it.
@Suite struct MemoryBudgetTests {
  private static let sizes = [Size(width: 80, height: 24), Size(width: 120, height: 40)]

  /// Five plans of the sample's network, as a planner would find them.
  private static let frontier: MemoryFrontier = {
    let plans: [(peak: Int, time: Double, again: Int)] = [
      (331_000, 165_000, 8), (352_000, 152_000, 7), (398_000, 146_000, 4), (449_000, 140_000, 2),
      (499_264, 135_000, 0),
    ]
    var frontier = MemoryFrontier(
      choices: plans.map { plan in
        let layers = (0..<8).map { index in
          var layer = PlanRecord.Layer()
          layer.path = "deep/\(index)/block/gelu.2"
          if index < plan.again {
            layer.choice = .recomputed
            (layer.freed, layer.paid) = (UInt64(8192 + 1024 * index), UInt64(2100 + 10 * index))
          }
          return layer
        }
        let top = UInt64(plan.peak)
        return MemoryFrontier.Choice(
          point: MemoryFrontier.Point(peak: plan.peak, time: plan.time), layers: layers,
          curve: (0..<40).map { top - UInt64(abs($0 - 20)) * 6000 })
      }, storeAll: MemoryFrontier.Point(peak: 499_264, time: 135_000),
      wall: "backward of deep/0/block", steps: 300)
    frontier.baselines = [
      MemoryFrontier.Baseline(
        name: "√n segments", points: [MemoryFrontier.Point(peak: 420_000, time: 166_000)]),
      MemoryFrontier.Baseline(
        name: "knapsack",
        points: [
          MemoryFrontier.Point(peak: 380_000, time: 155_000),
          MemoryFrontier.Point(peak: 460_000, time: 142_000),
        ]),
      MemoryFrontier.Baseline(
        name: "revolve", points: [MemoryFrontier.Point(peak: 345_000, time: 164_000)]),
    ]
    return frontier
  }()

  private func scene(
    _ state: MemoryPlanning.State = .ready(frontier),
    producer: Scene.Producer = .replay(isPlaying: false), ranPlans: Bool = false
  ) throws -> Scene {
    var scene = try Sample.residual.scene(producer: producer)
    scene.planning = MemoryPlanning(state)
    guard ranPlans else { return scene }
    var first = PlanRecord()
    (first.firstStep, first.budget, first.peak) = (5, 450_000, 449_000)
    (first.storeAllPeak, first.predictedTime) = (499_264, 140_500)
    var second = first
    (second.firstStep, second.peak, second.predictedTime) = (100, 352_000, 151_000)
    (second.verifiedSteps, second.verifiedGradients) = (10, 520)
    second.layers = Self.frontier.choices[1].layers
    scene.snapshot.plans = zip([nil, first, second], [136_000, 141_000, 153_000] as [UInt64])
      .map { plan, time in
        var period = PlanPeriod(plan)
        period.times.add(time)
        return period
      }
    return scene
  }

  private func panel(_ keys: Key..., scene: Scene, size: Size) throws -> Dashboard {
    var dashboard = try Dashboard.showing("memory")
    for key in keys { _ = dashboard.handle(.key(key), scene, size: size) }
    return dashboard
  }

  @Test func drawsTheFrontier() throws {
    let scene = try scene(ranPlans: true)
    for size in Self.sizes + [Size(width: 200, height: 60)] {
      let name = "memory/frontier-\(size.width)x\(size.height)"
      let dashboard = try panel(scene: scene, size: size)
      try expectSnapshot(dashboard.frame(scene, size), named: name)
    }
  }

  @Test func drawsWhatABudgetMeans() throws {
    let scene = try scene(ranPlans: true)
    for size in Self.sizes + [Size(width: 200, height: 60)] {
      let name = "memory/budget-\(size.width)x\(size.height)"
      let dashboard = try panel(.character("+"), scene: scene, size: size)
      try expectSnapshot(dashboard.frame(scene, size), named: name)
    }
    let size = Self.sizes[0]
    let dashboard = try panel(.character("+"), scene: scene, size: size)
    try expectSnapshot(dashboard.frame(scene, size, glyphs: .ascii), named: "memory/budget-ascii")
  }

  @Test func drawsTheWallWithItsReason() throws {
    let (scene, size) = (try scene(), Self.sizes[1])
    var dashboard = try panel(scene: scene, size: size)
    for _ in 0..<9 { _ = dashboard.handle(.key(.character("-")), scene, size: size) }
    try expectSnapshot(dashboard.frame(scene, size), named: "memory/wall-120x40")
  }

  @Test(arguments: [
    (MemoryPlanning.State.running, "planning…"),
    (.waiting("3 of 5 steps are measured"), "waiting: 3 of 5 steps are measured"),
    (.failed("too few"), "no plan: too few"),
  ]) func saysHowFarItIs(state: MemoryPlanning.State, text: String) throws {
    let scene = try scene(state)
    for size in Self.sizes {
      let dashboard = try panel(.character("-"), scene: scene, size: size)
      #expect(dashboard.frame(scene, size).lines().contains { $0.contains(text) })
    }
  }

  /// From plan to plan, from that in force on, and no further than there are plans.
  @Test func movesTheBudget() throws {
    let (scene, size) = (try scene(), Size(width: 120, height: 40))
    var dashboard = try panel(scene: scene, size: size)
    func chosen() -> String? {
      dashboard.frame(scene, size).lines().lazy.compactMap { line in
        line.firstMatch(of: /plan (\d\/5)/).map { String($0.1) }
      }.first
    }
    #expect(chosen() == nil)
    for (key, plan) in [
      ("-", "4/5"), ("-", "3/5"), ("+", "4/5"), ("=", "5/5"), ("+", "5/5"), ("_", "4/5"),
      ("-", "3/5"), ("-", "2/5"), ("-", "1/5"), ("-", "1/5"),
    ] {
      _ = dashboard.handle(.key(.character(Character(key))), scene, size: size)
      #expect(chosen() == plan)
    }
    _ = dashboard.handle(.key(.escape), scene, size: size)
    #expect(chosen() == nil)
    // At the left of the chart is the smallest.
    _ = dashboard.handle(.click(Point(x: 84, y: 5)), scene, size: size)
    #expect(chosen() == "1/5")
  }

  @Test func adoptsThePlanInATrainingOnly() throws {
    let size = Size(width: 120, height: 40)
    for producer in [Scene.Producer.training(isPaused: false), .training(isPaused: true)] {
      let scene = try scene(producer: producer)
      var dashboard = try panel(scene: scene, size: size)
      #expect(dashboard.handle(.key(.enter), scene, size: size) == [])
      _ = dashboard.handle(.key(.character("-")), scene, size: size)
      #expect(dashboard.handle(.key(.enter), scene, size: size) == [.plan(budget: 449_000)])
    }
    for (producer, answer) in [
      (Scene.Producer.follow, "another process trains"), (.ended, "nothing trains"),
      (.replay(isPlaying: false), "nothing trains"),
    ] {
      let scene = try scene(producer: producer)
      var dashboard = try panel(.character("-"), scene: scene, size: size)
      #expect(dashboard.handle(.key(.enter), scene, size: size) == [])
      #expect(dashboard.frame(scene, size).lines().contains { $0.contains(answer) })
    }
  }

  @Test func tellsWhatBecomesOfAPlan() throws {
    var scene = try scene(producer: .training(isPaused: false))
    scene.planning.note = "measuring for the new plan"
    let size = Size(width: 120, height: 40)
    let dashboard = try panel(.character("-"), scene: scene, size: size)
    #expect(
      dashboard.frame(scene, size).lines().contains { $0.contains("measuring for the new plan") })
  }

  /// Whatever the size, nothing traps and all lines are there.
  @Test func survivesAnySize() throws {
    let scene = try scene(ranPlans: true)
    for width in stride(from: 80, to: 210, by: 7) {
      for height in stride(from: 24, to: 60, by: 5) {
        let size = Size(width: width, height: height)
        let dashboard = try panel(.character("-"), scene: scene, size: size)
        #expect(dashboard.frame(scene, size).lines().count == height)
      }
    }
  }
}
