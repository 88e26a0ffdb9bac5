import Autodiff
import Testing

/// Which dimension of each output counts units.
@Suite struct UnitDimensionTests {
  @Test func channelsAreHandedOnAsLongAsPlacesStandBehindThem() throws {
    var network = Network()
    let x = network.addBatchTensor(.input, shape: [2, 3, 5, 5])
    let w = network.addParameter("w", layer: "c", shape: [4, 3, 3, 3])
    let fc = network.addParameter("fc", layer: "l", shape: [7, 36])
    let geometry = ConvolutionGeometry(strides: [1, 1], padding: [0, 0], dilations: [1, 1])
    var values = [try network.apply(Conv2d(geometry), to: [x, w], name: "c", layer: "c")]
    func add(_ primitive: any Primitive, _ more: ValueID...) throws {
      let last = values[values.count - 1]
      values.append(
        try network.apply(
          primitive, to: [last] + more, name: "\(values.count)", layer: "\(values.count)"))
    }
    try add(ReLU())
    try add(Dropout(probability: 0.5, stream: 1))
    try add(Add(), values[0])
    try add(Flatten())
    try add(Linear(), fc)
    try add(ReLU())
    #expect(network.unitAxes == [1, 1, 1, 1, 1, 1, 1])
    #expect(network.nodes.map { network[$0.result].shape.rank } == [4, 4, 4, 4, 2, 2, 2])
  }

  @Test func featuresAreTheLastDimensionElsewhere() throws {
    var network = Network()
    let x = network.addBatchTensor(.input, shape: [2, 3, 5])
    let w = network.addParameter("w", layer: "l", shape: [7, 5])
    let y = try network.apply(Linear(), to: [x, w], name: "l", layer: "l")
    _ = try network.apply(Tanh(), to: [y], name: "t", layer: "t")
    _ = try network.apply(Sum(), to: [y], name: "s", layer: "s")
    #expect(network.unitAxes == [2, 2, 0])
  }
}
