internal import Screen
internal import TraceFormat
internal import TraceSession

extension Dashboard {
  /// Says that there is too little room, and what can be said in that: how far, and how well.
  static func drawTooSmall(_ scene: Scene, on canvas: inout Canvas) {
    let (size, snapshot) = (canvas.size, scene.snapshot)
    var lines = [
      ("gradtop needs \(smallest.width)×\(smallest.height)", Style(.warning)),
      ("here are \(size.width)×\(size.height)", Style(.dim)),
    ]
    if snapshot.extent != nil {
      lines.append(("step \(snapshot.cursor)", Style(.label)))
      let loss = snapshot.scalars[.loss]?.value(at: snapshot.cursor).map { Double($0.mean) }
      if let loss { lines.append(("loss \(Figure.number(loss))", Style(.value))) }
    }
    let top = max(0, (size.height - lines.count) / 2)
    for (index, line) in lines.enumerated() {
      canvas.write(line.0, line.1, in: canvas.bounds.row(top + index), alignment: .center)
    }
  }
}
