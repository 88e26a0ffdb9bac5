import Testing

@testable import Autodiff

@Suite struct ThreadTeamTests {
  @Test(arguments: [0, 1, 15, 1000, 1 << 16, (1 << 18) + 5], [1, 2, 3, 7])
  func slicesMakeTheRange(_ count: Int, _ threads: Int) {
    let slices = (0..<threads).map { ThreadTeam.slice(of: count, thread: $0, of: threads) }
    #expect(slices.first?.lowerBound == 0)
    #expect(slices.last?.upperBound == count)
    for (a, b) in zip(slices, slices.dropFirst()) {
      #expect(a.upperBound == b.lowerBound)
      #expect(b.lowerBound % 16 == 0)
    }
  }

  @Test(arguments: [0, 1, 1000, 1 << 16, (1 << 18) + 5])
  func aTeamSumsWhatOneThreadDoes(_ count: Int) {
    var stream = RandomStream(seed: 1, name: "team")
    let x = (0..<count).map { _ in stream.normal() }
    x.withUnsafeBufferPointer { x in
      guard let x = x.baseAddress else { return }
      let one = ThreadTeam(threads: 1).sum(over: count, .squares(x)).gradient
      let two = ThreadTeam(threads: 2).sum(over: count, .squares(x)).gradient
      #expect(abs(one - two) <= 1e-6 * one)
      #expect(abs(one - (0..<count).reduce(0) { $0 + Double(x[$1] * x[$1]) }) <= 1e-5 * one)
    }
  }

  @Test func aTeamUpdatesWhatOneThreadDoes() throws {
    let count = 60_001
    func updated(_ threads: Int) -> [Float] {
      var stream = RandomStream(seed: 1, name: "team")
      let tensors = (0..<4).map { _ in
        UnsafeMutablePointer<Float>.allocate(capacity: count)
      }
      defer { for tensor in tensors { tensor.deallocate() } }
      for (index, tensor) in tensors.enumerated() {
        for i in 0..<count { tensor[i] = index < 2 ? stream.normal() : 0 }
      }
      let call = UpdateCall(
        weights: tensors[0], gradient: UnsafePointer(tensors[1]), first: tensors[2],
        second: tensors[3], third: tensors[3], count: count, learningRate: 0.1, update: 1,
        gradientScale: 1,
        gradientLimit: .infinity)
      _ = ThreadTeam(threads: threads).sum(over: count, .update(Adam(), call))
      return Array(UnsafeBufferPointer(start: tensors[0], count: count))
    }
    #expect(updated(1) == updated(2))
  }
}
