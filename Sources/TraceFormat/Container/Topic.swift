/// The channels of a trace.
///
/// Ids are fixed, so that a message can be read even where the record that names its channel is lost.
/// A schema has the id of its channel.
enum Topic: UInt16, CaseIterable {
  case run = 1
  case graph = 2
  case step = 3
  case summary = 4
  case finding = 5
  case plan = 6
  case detail = 7

  /// The channel's topic.
  var name: String {
    switch self {
    case .run: "/run"
    case .graph: "/graph"
    case .step: "/step"
    case .summary: "/summary"
    case .finding: "/finding"
    case .plan: "/plan"
    case .detail: "/detail"
    }
  }

  /// The protobuf message of the channel.
  var schema: String {
    switch self {
    case .run: "gradtop.Run"
    case .graph: "gradtop.Graph"
    case .step: "gradtop.Step"
    case .summary: "gradtop.Summary"
    case .finding: "gradtop.Finding"
    case .plan: "gradtop.Plan"
    case .detail: "gradtop.Detail"
    }
  }

  /// The topic that a channel record names.
  init?(named name: String) {
    guard let topic = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = topic
  }
}

extension Topic {
  /// The records that make a trace readable without code of ours: all schemas, then all channels.
  static func forEachDeclaration(
    _ schema: (SchemaRecord) -> Void, channel: (ChannelRecord) -> Void
  ) {
    PackageResources.gradtop_binpb.withUnsafeBytes { descriptors in
      for topic in allCases {
        schema(
          SchemaRecord(
            id: topic.rawValue, name: topic.schema, encoding: "protobuf", data: descriptors))
      }
    }
    for topic in allCases {
      channel(
        ChannelRecord(
          id: topic.rawValue, schema: topic.rawValue, topic: topic.name, encoding: "protobuf",
          metadata: []))
    }
  }
}
