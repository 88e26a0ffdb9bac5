import Training
import TraceFormat
import Autodiff
let f = try! ModelFile(CommandLine.arguments.count > 1 ? Array(try! readAll(CommandLine.arguments[1])) : ModelFile.embedded, folder: ".")
func readAll(_ p: String) throws -> [UInt8] { let s = fopen(p,"rb")!; var b=[UInt8](repeating:0,count:1<<20); let n=fread(&b,1,b.count,s); return Array(b[..<n]) }
import Glibc
let model = try PreparedModel(f, threads: 2)
var t = Trainer(model, control: TrainingControl())
let o = t.run(recording: RecordingOptions(output: try FileOutput(path: "/tmp/t.mcap", overwriting: true)))
print(o)
for p in model.executor.plan.network.parameters.indices.prefix(4) { if let g = model.executor.gradient(of: ParameterID(index:p)) { print(model.executor.plan.network.parameters[p].name, g.prefix(3).map{$0}) } }
