import Testing

@testable import Autodiff

/// What recurrent layers do beside having the right gradient.
@Suite struct RecurrenceTests {
  private static let shapes: [Shape] = [[3, 6, 4], [20, 4], [20, 5], [20], [20]]

  private func gradients(_ primitive: any Primitive) throws -> [[Float]] {
    let operands = Self.shapes.map { Operand.trained($0, in: -1...1) }
    let probe = try GradientProbe(primitive, of: operands)
    // The probe's numbers depend on the primitive's options.
    var stream = RandomStream(seed: 1, name: "recurrence")
    for parameter in probe.executor.plan.network.parameters {
      let elements = probe.executor.elements(of: parameter.value)
      for index in elements.indices { elements[index] = stream.uniform(-1, 1) }
    }
    return probe.gradients()
  }

  @Test func truncationBeyondTheEndCutsNothing() throws {
    let whole = try gradients(LSTM(unrolling: Unrolling(returnsSequence: false)))
    for k in [6, 100, Int.max] {
      let cut = LSTM(unrolling: Unrolling(returnsSequence: false, truncation: k))
      #expect(try gradients(cut) == whole)
    }
  }

  /// With the last state as output, inputs before the last cut get nothing.
  @Test(arguments: [1, 2, 4, 5])
  func nothingGoesBackBeyondACut(_ k: Int) throws {
    let dX = try gradients(LSTM(unrolling: Unrolling(returnsSequence: false, truncation: k)))[0]
    let firstReached = 5 / k * k
    for sample in 0..<3 {
      for t in 0..<6 {
        let step = dX[(sample * 6 + t) * 4..<(sample * 6 + t + 1) * 4]
        #expect(step.allSatisfy { $0 == 0 } == (t < firstReached), "t = \(t)")
      }
    }
  }

  @Test func linksAreWhatIsNotCut() {
    #expect(Unrolling().links(of: 6) == 5)
    #expect(Unrolling(truncation: 1).links(of: 6) == 0)
    #expect(Unrolling(truncation: 2).links(of: 6) == 3)
    #expect(Unrolling(truncation: 4).links(of: 6) == 4)
    #expect(Unrolling().links(of: 1) == 0)
  }

  /// A multiplication with an addition is two operations; the first step has no state before it.
  @Test func costsProductsOfInputsAndStates() {
    let shapes: [Shape] = [[16, 64, 32], [512, 32], [512, 128], [512], [512]]
    let wanted = [true, true, true, true, true]
    let cost = LSTM().cost(of: shapes, result: [16, 64, 128], wanted: wanted)
    let (inputs, step) = (2 * 64 * 16 * 32 * 512, 2 * 16 * 128 * 512)
    let (units, shifts) = (64 * 16 * 128, 64 * 16 * 512)
    #expect(cost.forward == inputs + 63 * step + 30 * units + shifts)
    #expect(cost.backward == 2 * inputs + 2 * 63 * step + 31 * units + shifts)
    let cut = LSTM(unrolling: Unrolling(truncation: 32))
      .cost(of: shapes, result: [16, 64, 128], wanted: wanted)
    #expect(cost.backward - cut.backward == step)
  }

  @Test func keepsStatesInputsGatesAndCells() {
    let shapes: [Shape] = [[2, 3, 4], [20, 4], [20, 5], [20], [20]]
    let wanted = [true, true, true, true, true]
    let saved = LSTM().saved(of: shapes, result: [2, 3, 5], wanted: wanted)
    #expect(
      saved == Saved(operands: [1, 2], extras: [[3, 2, 5], [3, 2, 4], [3, 2, 20], [3, 2, 5]]))
  }

  @Test func namesWhatDoesNotFit() {
    func refusal(_ operands: Shape...) -> String? {
      do throws(ShapeError) {
        _ = try GRU().resultShape(of: operands)
        return nil
      } catch { return "\(error.primitive): \(error.reason)" }
    }
    #expect(
      refusal([3, 4], [6, 4], [6, 2])
        == "GRU: an input of shape [3, 4] is no batch of sequences [batch, time, features]")
    #expect(
      refusal([3, 0, 4], [6, 4], [6, 2]) == "GRU: an input of shape [3, 0, 4] has no time step")
    #expect(
      refusal([3, 5, 4], [6, 3], [6, 2])
        == "GRU: an input of shape [3, 5, 4] does not fit a weight_ih of shape [6, 3] "
        + "[3 hidden, input]")
    #expect(
      refusal([3, 5, 4], [6, 4], [6, 3])
        == "GRU: a weight_hh of shape [6, 3] does not fit a weight_ih of shape [6, 4]")
    #expect(
      refusal([3, 5, 4], [6, 4], [6, 2], [5], [6])
        == "GRU: a bias of shape [5] does not fit a weight_ih of shape [6, 4]")
  }
}
