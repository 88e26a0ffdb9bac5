import Diagnosis
import Exchange
import Foundation
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite struct CheckReportTests {
  private var report: CheckReport {
    var report = CheckReport()
    (report.trace, report.name, report.host) = ("run.mcap", "tiny <net>", "box")
    (report.start, report.steps) = (1_764_079_687_000_000_000, 100)
    report.duration = 2_500_000_000
    report.rules = [.vanishingGradient, .stepSize, .deadUnits]
    report.findings = [
      Finding(
        rule: .vanishingGradient, severity: .error, layer: "deep/3", firstStep: 0, lastStep: 99,
        value: 5.2294, limit: 3, window: 10, message: "the gradient vanishes & <stops>: 100 %.",
        remedies: [.clipGradients(1)]),
      Finding(
        rule: .stepSize, severity: .warning, firstStep: 20, lastStep: 20,
        message: "too | large,\nby far."),
    ]
    return report
  }

  @Test func text() {
    #expect(
      report.text(.text) == """
        run.mcap: failed: 1 error, 1 warning in 100 steps

        ✗ error vanishing_gradient at deep/3, steps 0-99: 5.229, limit 3
          the gradient vanishes & <stops>: 100 %.

        · warning step_size, step 20
          too | large, by far.

        """)
  }

  @Test func nothingFound() {
    var report = report
    (report.findings, report.ended, report.gaps) = ([], false, 1)
    #expect(
      report.text(.text)
        == "run.mcap: passed: nothing found in 100 steps (1 gap, the trace has no end)\n")
  }

  /// A profile of another tool passes, but not because it would be healthy.
  @Test func nothingToJudge() {
    var report = report
    (report.findings, report.isBlind) = ([], true)
    #expect(
      report.text(.text)
        == "run.mcap: passed: nothing found in 100 steps (no loss or gradient is in it to be judged)\n"
    )
  }

  @Test func json() {
    #expect(
      report.text(.json) == #"""
        {"trace":"run.mcap","name":"tiny <net>","verdict":"failed","fail_on":["error"],"steps":100,"gaps":0,"ended":true,"findings":[{"rule":"vanishing_gradient","severity":"error","layer":"deep/3","parameter":null,"first_step":0,"last_step":99,"value":5.2294,"limit":3.0,"window":10,"message":"the gradient vanishes & <stops>: 100 %.","remedies":["clip the gradients' norm to 1"],"fails":true},{"rule":"step_size","severity":"warning","layer":null,"parameter":null,"first_step":20,"last_step":20,"value":null,"limit":null,"window":null,"message":"too | large,\nby far.","remedies":[],"fails":false}]}

        """#)
  }

  @Test func markdown() {
    #expect(
      report.text(.markdown) == """
        ### ❌ gradtop check: tiny &lt;net>

        1 error, 1 warning in 100 steps; fails on `error`

        | | rule | where | steps | value | what |
        |---|---|---|---|---|---|
        | 🔴 error | `vanishing_gradient` | deep/3 | 0-99 | 5.229, limit 3 | the gradient vanishes & \
        &lt;stops>: 100 %. |
        | 🟠 warning | `step_size` |  | 20 |  | too \\| large, by far. |

        """)
  }

  @Test func github() {
    #expect(
      report.text(.github) == """
        ::error title=vanishing_gradient at deep/3::steps 0-99: the gradient vanishes & <stops>: 100 %25.
        ::warning title=step_size::step 20: too | large,%0Aby far.
        run.mcap: failed: 1 error, 1 warning in 100 steps

        """)
  }

  @Test func rulesCanFailItWhateverTheirSeverity() {
    var report = report
    report.thresholds = [.rule(.stepSize)]
    #expect(report.failures.map(\.rule) == [.stepSize])
    report.thresholds = [.severity(.warning)]
    #expect(report.failures.count == 2)
    report.thresholds = [.rule(.deadUnits)]
    #expect(report.isPassed)
  }

  @Test func junitIsValid() throws {
    for findings in [[], report.findings, report.findings + report.findings] {
      var report = report
      report.findings = findings
      let root = try #require(XMLTree(report.text(.junit)))
      #expect(JUnitSchema.mistakes(in: root) == [])
    }
  }

  @Test func junitSaysWhatFailed() throws {
    let root = try #require(XMLTree(report.text(.junit)))
    let suite = try #require(root.children.first)
    #expect(suite.attributes["timestamp"] == "2025-11-25T14:08:07")
    #expect(suite.attributes["time"] == "2.5")
    #expect(suite.attributes["failures"] == "1")
    let cases = suite.children.filter { $0.name == "testcase" }
    #expect(
      cases.map { $0.attributes["name"] } == ["vanishing_gradient", "step_size", "dead_units"])
    let failure = try #require(cases[0].children.first)
    #expect(failure.attributes["message"] == "the gradient vanishes & <stops>: 100 %.")
    #expect(cases[1].children.isEmpty)
    #expect(suite.children.last { $0.name == "system-out" }?.text.contains("step_size") == true)
  }

  @Test func whatXMLCannotHoldIsReplaced() throws {
    var report = report
    report.name = "a\u{1}b"
    let root = try #require(XMLTree(report.text(.junit)))
    #expect(root.children.first?.attributes["name"] == "a\u{FFFD}b")
  }
}

/// An element of a parsed text.
final class XMLTree: NSObject, XMLParserDelegate {
  var name = ""
  var attributes: [String: String] = [:]
  var children: [XMLTree] = []
  var text = ""
  private var open: [XMLTree] = []

  override init() {}

  /// The root of a text; nil where it is not well-formed.
  init?(_ text: String) {
    super.init()
    let parser = XMLParser(data: Data(text.utf8))
    open = [self]
    parser.delegate = self
    guard parser.parse(), let root = children.first else { return nil }
    (name, attributes, children) = (root.name, root.attributes, root.children)
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
    qualifiedName: String?, attributes: [String: String]
  ) {
    let element = XMLTree()
    (element.name, element.attributes) = (name, attributes)
    open.last?.children.append(element)
    open.append(element)
  }

  func parser(
    _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
  ) { open.removeLast() }

  func parser(_ parser: XMLParser, foundCharacters string: String) { open.last?.text += string }
}

/// The rules of Ant's JUnit schema (junit-team's and windyroad's JUnit.xsd) that a report must keep:
/// it is the stricter one of those in use.
enum JUnitSchema {
  static func mistakes(in root: XMLTree) -> [String] {
    guard root.name == "testsuites" else { return ["the root is \(root.name)"] }
    return root.children.flatMap(suite)
  }

  private static func suite(_ suite: XMLTree) -> [String] {
    var mistakes: [String] = []
    let needed = [
      "name", "timestamp", "hostname", "tests", "failures", "errors", "time", "id", "package",
    ]
    mistakes += needed.filter { suite.attributes[$0]?.isEmpty ?? true }.map { "no \($0)" }
    mistakes += suite.attributes.keys.filter { !(needed + ["skipped"]).contains($0) }
      .map { "unknown \($0)" }
    let cases = suite.children.filter { $0.name == "testcase" }
    let order = suite.children.map(\.name)
    if order != ["properties"] + cases.map(\.name) + ["system-out", "system-err"] {
      mistakes.append("elements are \(order)")
    }
    let failures = cases.count { $0.children.contains { $0.name == "failure" } }
    if suite.attributes["tests"] != "\(cases.count)" { mistakes.append("tests is wrong") }
    if suite.attributes["failures"] != "\(failures)" { mistakes.append("failures is wrong") }
    let pattern = /[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}/
    if suite.attributes["timestamp"]?.wholeMatch(of: pattern) == nil {
      mistakes.append("timestamp is \(suite.attributes["timestamp"] ?? "")")
    }
    return mistakes + cases.flatMap(testcase)
  }

  private static func testcase(_ it: XMLTree) -> [String] {
    var mistakes = ["name", "classname", "time"].filter { it.attributes[$0]?.isEmpty ?? true }
      .map { "a test case has no \($0)" }
    if it.attributes.count != 3 { mistakes.append("a test case has other attributes") }
    if it.children.count > 1 || it.children.contains(where: { $0.name != "failure" }) {
      mistakes.append("a test case has \(it.children.map(\.name))")
    }
    mistakes += it.children.filter { $0.attributes["type"] == nil }.map { _ in "no type" }
    return mistakes
  }
}
