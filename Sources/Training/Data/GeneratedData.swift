import Autodiff
import Glibc

extension Dataset {
  /// Interleaved spirals in the plane, one for each class.
  ///
  /// Class c turns from the angle 2π c / classes; the radius grows from 0 to 1 over one and a half
  /// turns; `noise` is the standard deviation added to both coordinates.
  static func spirals(classes: Int, samples: Int, noise: Double, seed: UInt64) -> Dataset {
    var stream = RandomStream(seed: seed, name: "spirals")
    var (inputs, labels): ([Float], [Int32]) = ([], [])
    for sample in 0..<samples {
      let label = sample % classes
      let radius = Double(stream.unit())
      let angle = 3 * Double.pi * radius + 2 * Double.pi * Double(label) / Double(classes)
      inputs.append(Float(radius * cos(angle) + noise * Double(stream.normal())))
      inputs.append(Float(radius * sin(angle) + noise * Double(stream.normal())))
      labels.append(Int32(label))
    }
    return Dataset(
      inputs: inputs, inputShape: [2], targets: .classes(labels, count: classes), count: samples)
  }

  /// Regression on a random network: normal inputs, one hidden layer of tanh, linear outputs.
  static func teacher(inputs: Int, outputs: Int, samples: Int, seed: UInt64) -> Dataset {
    var weights = RandomStream(seed: seed, name: "teacher weights")
    var stream = RandomStream(seed: seed, name: "teacher inputs")
    let hidden = 32
    let scale = 1 / Float(inputs).squareRoot()
    let first = (0..<hidden * inputs).map { _ in weights.normal() * scale }
    let second = (0..<outputs * hidden).map { _ in
      weights.normal() / Float(hidden).squareRoot()
    }
    var (x, y): ([Float], [Float]) = ([], [])
    for _ in 0..<samples {
      let row = (0..<inputs).map { _ in stream.normal() }
      let units = (0..<hidden).map { unit in
        tanh((0..<inputs).reduce(Float(0)) { $0 + first[unit * inputs + $1] * row[$1] })
      }
      x += row
      y += (0..<outputs).map { output in
        (0..<hidden).reduce(Float(0)) { $0 + second[output * hidden + $1] * units[$1] }
      }
    }
    return Dataset(
      inputs: x, inputShape: [inputs], targets: .values(y, shape: [outputs]), count: samples)
  }

  /// The 1,797 handwritten digits that ship with gradtop, 8×8 pixels in [0, 1]; see
  /// Resources/digits.txt for where they come from.
  static func digits() throws(DataError) -> Dataset {
    guard let text = gunzipped(PackageResources.digits_csv_gz),
      let table = try? NumberTable(text, delimiter: UInt8(ascii: ","), hasHeader: false),
      table.columns == 65
    else { throw DataError("data", "the digits that ship with gradtop are damaged") }
    return try Dataset(table: table, target: 64, scale: 1 / 16, wantsClasses: true, path: "data")
  }
}
