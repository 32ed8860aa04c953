using Company.Names;
using ModelGen;

var probabilities = new float[Plain.OutputLength];
new Plain(Plain.CreateWeights(1)).Forward(new float[Plain.InputLength], probabilities);
var trainer = new Trained.Trainer(Trained.CreateWeights(1), new AdamW());
float loss = trainer.Step(new float[2 * Trained.InputLength], [0, 1]);
bool right = float.IsFinite(loss) && probabilities.Sum() is > 0.999f and < 1.001f;
Company.Names.Console.Say($"answers: {(right ? "right" : "wrong")}");
return right ? 0 : 1;
