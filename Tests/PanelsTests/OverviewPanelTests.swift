import Diagnosis
import Panels
import Screen
import Testing
import TraceSession

@Suite struct OverviewPanelTests {
  private let small = Size(width: 80, height: 24)
  private let large = Size(width: 120, height: 40)

  private func finding(
    _ rule: RuleName, _ severity: Severity, _ steps: ClosedRange<UInt64>, layer: String? = nil,
    _ message: String = "the loss does not fall: it went from 2.1 to 2.0. Look elsewhere."
  ) -> Finding {
    Finding(
      rule: rule, severity: severity, layer: layer, firstStep: steps.lowerBound,
      lastStep: steps.upperBound, message: message)
  }

  private func scene(_ findings: [Finding]) throws -> Scene {
    var scene = try Sample.residual.scene()
    scene.findings = findings
    return scene
  }

  private func lines(_ scene: Scene, _ size: Size) -> [String] {
    Dashboard().frame(scene, size).lines()
  }

  @Test func saysInOneLineWhetherItIsHealthy() throws {
    #expect(try lines(Sample.empty.scene(), small)[1].hasPrefix(" · waiting for the first step "))
    #expect(try lines(scene([]), small)[1].hasPrefix(" ✓ healthy: loss "))
    let past = finding(.nonFinite, .error, 3...4)
    #expect(try lines(scene([past]), small)[1].hasPrefix(" ✓ healthy at this step: loss "))
  }

  @Test func namesTheWorstThatHoldsNow() throws {
    let scene = try scene([
      finding(.nonFinite, .error, 3...4), finding(.lossStalled, .warning, 10...299),
      finding(.missingGradient, .error, 50...299, layer: "in", "it gets no gradient."),
    ])
    #expect(
      lines(scene, small)[1].hasPrefix(" ✗ 1 error, 1 warning: it gets no gradient   "))
    let list = lines(scene, large).drop { !$0.contains(" findings ") }
    let words = list.dropFirst().prefix(3).map { line in
      line.split(separator: " ").filter { $0 != "│" }.prefix(2).joined(separator: " ")
    }
    #expect(
      words == ["error missing_gradient", "warning loss_stalled", "error non_finite"])
    #expect(list.first?.contains("2 open of 3") == true)
  }

  @Test func saysLessWhereThereIsLessRoom() throws {
    let long = String(repeating: "and it goes on ", count: 8)
    let scene = try scene([
      finding(.lossStalled, .warning, 10...299, "the loss does not fall: \(long). Look elsewhere.")
    ])
    #expect(lines(scene, small)[1].hasPrefix(" ✗ 1 warning: the loss does not fall   "))
  }

  @Test func showsRateAndThroughputWhereThereIsRoom() throws {
    let text = try lines(scene([]), large).joined(separator: "\n")
    #expect(text.contains("─ learning rate ─") && text.contains("─ throughput (samples"))
    #expect(try !lines(scene([]), small).joined().contains("─ throughput (samples"))
  }

  @Test func saysWhatAProfileDoesNotHave() throws {
    let scene = Sample.profile()
    let text = lines(scene, large)
    #expect(text[1].hasPrefix(" · nothing to judge: no losses or gradients in this trace"))
    let all = text.joined(separator: "\n")
    #expect(all.contains("not recorded: a PyTorch profile has no losses"))
    #expect(!all.contains("no steps yet") && all.contains("─ time of a step ─"))
    for (panel, words) in [
      ("gradients", "not recorded: a PyTorch profile has no gradients"),
      ("findings", "nothing to judge: not recorded: a PyTorch profile has no losses or gradients"),
    ] {
      let frame = try Dashboard.showing(panel).frame(scene, large).lines()
      #expect(frame.contains { $0.contains(words) }, "\(panel)")
    }
    let other = try Dashboard.showing("gradients").frame(Sample.profile(producer: "x"), large)
    #expect(other.lines().contains { $0.contains("not recorded: this trace has no gradients") })
  }
}
