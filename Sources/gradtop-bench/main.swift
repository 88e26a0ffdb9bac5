import Autodiff
import Glibc
import Training

let f = try! ModelFile(ModelFile.embedded, folder: ".")
let model = try PreparedModel(f, threads: 2)
var t = Trainer(model, control: TrainingControl())
var r = StepRecord()
for i in 0..<100 { _ = t.step(i) }
var best = PhaseTimes(); best.optimizer = .max; best.forward = .max; best.backward = .max
for i in 0..<300 {
  let x = t.step(i); best.optimizer = min(best.optimizer, x.phases.optimizer);
  best.forward = min(best.forward, x.phases.forward);
  best.backward = min(best.backward, x.phases.backward)
}
print(best)
