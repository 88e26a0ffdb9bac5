import Diagnosis
import Foundation
import Panels
import Screen
import Testing
import TraceFormat
import TraceSamples
import TraceSession

/// Traces that panels are drawn of.
enum Sample: String, CaseIterable {
  /// Nothing has come yet.
  case empty
  /// Three steps of `TinyNetwork`.
  case tiny
  /// Sample traces of the repository.
  case residual, vanishing

  /// A session that has read all of it.
  func session() throws -> Session {
    let session = Session(source: try source())
    while session.poll() {}
    return session
  }

  /// Its newest step, or another one, with what is wrong.
  func scene(step: Int? = nil, producer: Scene.Producer = .replay(isPlaying: false)) throws -> Scene
  {
    let session = Session(source: try source())
    var judge = Judge()
    while session.poll(observe: { _ = judge.examine($0) }) {}
    if let step { session.seek(to: step) }
    return Scene(session.snapshot(), findings: judge.findings, producer: producer)
  }

  /// The newest step of what the items tell, nothing judged.
  static func scene(_ items: [TraceItem]) -> Scene {
    let session = Session(source: ItemsSource(items))
    while session.poll() {}
    return Scene(session.snapshot())
  }

  /// Three steps as a profile of another program has them: times of ops, and nothing else.
  static func profile(producer: String = "torch.profiler") -> Scene {
    let location = ChunkLocation(offset: 0, length: 1)
    var run = TinyNetwork.run()
    run.producer = producer
    let steps = (0..<3).map { (index: UInt64) in
      var step = TinyNetwork.step(index, hasActivations: false)
      (step.loss, step.gradNorm, step.parameters) = (nil, nil, ParameterColumns())
      return TraceItem.step(step, in: location)
    }
    return scene([.run(run), .graph(TinyNetwork.graph())] + steps)
  }

  private func source() throws -> any TraceSource {
    switch self {
    case .empty: return ItemsSource([])
    case .tiny:
      let location = ChunkLocation(offset: 0, length: 1)
      let steps = (0..<3).map { TraceItem.step(TinyNetwork.step($0), in: location) }
      return ItemsSource([.run(TinyNetwork.run()), .graph(TinyNetwork.graph())] + steps)
    case .residual, .vanishing:
      let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
      return try TraceFile(path: root.appendingPathComponent("traces/\(rawValue).mcap").path)
    }
  }
}

/// A closed trace of one chunk.
private final class ItemsSource: TraceSource {
  private let all: [TraceItem]
  private(set) var bytesRead: UInt64 = 0

  init(_ items: [TraceItem]) { all = items }

  var state: TraceState { .closed }

  func poll(limit: Int) -> [TraceItem] {
    defer { bytesRead = 1 }
    return bytesRead == 0 ? all : []
  }

  func items(in location: ChunkLocation) throws(TraceReadError) -> [TraceItem] { all }
}

extension Dashboard {
  /// A dashboard on the panel of that name.
  static func showing(_ panel: String) throws -> Dashboard {
    var dashboard = Dashboard()
    let isThere = dashboard.select(panel: panel)
    try #require(isThere)
    return dashboard
  }

  /// The frame of that size.
  func frame(_ scene: Scene, _ size: Size, glyphs: Glyphs = .unicode) -> Canvas {
    var canvas = Canvas(width: size.width, height: size.height, glyphs: glyphs)
    draw(scene, on: &canvas)
    return canvas
  }
}
