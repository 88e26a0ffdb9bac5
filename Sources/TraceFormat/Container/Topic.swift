/// The channels of a trace.
///
/// Ids are fixed, so that a message can be read even where the record that names its channel is lost.
/// A schema has the id of its channel.
enum Topic: UInt16, CaseIterable {
  case run = 1
  case graph = 2
  case step = 3

  /// The channel's topic.
  var name: String {
    switch self {
    case .run: "/run"
    case .graph: "/graph"
    case .step: "/step"
    }
  }

  /// The protobuf message of the channel.
  var schema: String {
    switch self {
    case .run: "gradtop.Run"
    case .graph: "gradtop.Graph"
    case .step: "gradtop.Step"
    }
  }

  /// The topic that a channel record names.
  init?(named name: String) {
    guard let topic = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = topic
  }
}

extension ByteBuffer {
  /// The records that make a trace readable without code of ours.
  mutating func appendSchemas() {
    for topic in Topic.allCases {
      appendRecord(.schema) { buffer in
        buffer.append(littleEndian: topic.rawValue)
        buffer.append(prefixed: topic.schema)
        buffer.append(prefixed: "protobuf")
        buffer.append(littleEndian: UInt32(PackageResources.gradtop_binpb.count))
        buffer.append(PackageResources.gradtop_binpb)
      }
    }
  }

  mutating func appendChannels() {
    for topic in Topic.allCases {
      appendRecord(.channel) { buffer in
        buffer.append(littleEndian: topic.rawValue)
        buffer.append(littleEndian: topic.rawValue)
        buffer.append(prefixed: topic.name)
        buffer.append(prefixed: "protobuf")
        buffer.append(littleEndian: UInt32(0))
      }
    }
  }
}
