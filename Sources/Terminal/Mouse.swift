internal import CNcurses
internal import Screen

/// What the mouse does, from curses' events.
struct Mouse {
  private var origin: Point?
  private var last: Point?

  mutating func input(_ event: MEVENT) -> Input? {
    let point = Point(x: Int(event.x), y: Int(event.y))
    if gradtop_is_wheel_up(event.bstate) != 0 { return .wheel(-1, at: point) }
    if gradtop_is_wheel_down(event.bstate) != 0 { return .wheel(1, at: point) }
    if gradtop_is_press(event.bstate) != 0 {
      (origin, last) = (point, point)
      return .click(point)
    }
    guard let origin else { return nil }
    if gradtop_is_release(event.bstate) != 0 {
      defer { (self.origin, last) = (nil, nil) }
      return point == origin && last == origin ? nil : .drop(origin, to: point)
    }
    guard point != last else { return nil }
    last = point
    return .drag(origin, to: point)
  }
}
