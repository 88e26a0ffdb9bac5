import Autodiff
import Glibc

/// What the generated images show; the order is that of the classes.
enum DrawnShape: Int, CaseIterable {
  case disc, square, cross, ring, triangle, diamond, stripes, corner

  /// Whether the shape covers a point, with (0, 0) its middle and 1 its radius.
  func covers(_ x: Float, _ y: Float) -> Bool {
    let distance = (x * x + y * y).squareRoot()
    return switch self {
    case .disc: distance < 0.9
    case .square: max(abs(x), abs(y)) < 0.75
    case .cross: min(abs(x), abs(y)) < 0.25 && max(abs(x), abs(y)) < 0.9
    case .ring: distance < 0.95 && distance > 0.55
    case .triangle: y < 0.7 && y > -0.8 && abs(x) < (y + 0.8) / 1.7
    case .diamond: abs(x) + abs(y) < 0.95
    case .stripes: max(abs(x), abs(y)) < 0.85 && Int((y + 1) * 4) % 2 == 0
    case .corner: max(abs(x), abs(y)) < 0.85 && (x < -0.35 || y > 0.35)
    }
  }
}

extension Dataset {
  /// Shapes of random place, size and brightness on a noisy ground: `size` × `size`, in each channel
  /// of another brightness.
  static func images(
    size: Int, classes: Int, channels: Int = 1, samples: Int, seed: UInt64
  ) -> Dataset {
    var stream = RandomStream(seed: seed, name: "images")
    var (inputs, labels): ([Float], [Int32]) = ([], [])
    inputs.reserveCapacity(channels * size * size * samples)
    for sample in 0..<samples {
      let shape = DrawnShape.allCases[sample % classes]
      let radius = Float(size) * stream.uniform(0.25, 0.45)
      let room = Float(size) / 2 - radius
      let middle = (x: stream.uniform(-room, room), y: stream.uniform(-room, room))
      for _ in 0..<channels {
        let brightness = stream.uniform(0.6, 1)
        for row in 0..<size {
          for column in 0..<size {
            let x = (Float(column) + 0.5 - Float(size) / 2 - middle.x) / radius
            let y = (Float(row) + 0.5 - Float(size) / 2 - middle.y) / radius
            let ground = shape.covers(x, y) ? brightness : 0
            inputs.append(max(0, min(1, ground + 0.1 * stream.normal())))
          }
        }
      }
      labels.append(Int32(shape.rawValue))
    }
    return Dataset(
      inputs: inputs, inputShape: [channels, size, size], targets: .classes(labels, count: classes),
      count: samples)
  }
}
