using ModelGen.Generator.Tests.FrontEnds;

namespace ModelGen.Generator.Tests.Definition;

/// <summary>What is wrong with a definition, to the letter and to the expression.</summary>
public class DefinitionDiagnosticsTests
{
    // Body of Define, other members, id, text under the squiggle, message.
    private const string Doubtful =
        "the static members of Net are as written only if the initializer of 'D' does not throw and changes nothing, which is not "
        + "understood in a definition; move one of them to another class";

    private const string Unsettled =
        "for which items Last calls the lambdas before it is not the same in all versions of .NET and not understood in a definition; "
        + "put ToArray() between";

    public static TheoryData<string, string, string, string, string> Rows => new()
    {
        { "return x.Relu().Conv2d(4, 17).Tanh();", "", "MG0101", "Conv2d(4, 17)",
            "Conv2d 'conv1': kernel 17 is larger than the padded input height 16; use a kernel of at most 16 or a padding that adds 1 "
                + "more" },
        { "return x.Conv2d(4, 3, stride: 0);", "", "MG0005", "0", "Conv2d 'conv1': stride must be at least 1, got 0" },
        { "int w = -1; return x.Conv2d(w + 1, 3);", "", "MG0005", "w + 1", "Conv2d 'conv1': outChannels must be at least 1, got 0" },
        { "return x.Conv2d(4, 3, init: (Initializer)10);", "", "MG0005", "(Initializer)10",
            "Conv2d 'conv1': init must be one of auto, he, xavier, lecun, heNormal, xavierNormal, normal, truncatedNormal, orthogonal, "
                + "constant, got number 10" },
        { "return x.Conv2d(4, 3, dilation: 2, algorithm: ConvAlgorithm.Winograd4);", "", "MG0111", "ConvAlgorithm.Winograd4",
            "Conv2d 'conv1': winograd4, Winograd's F(4×4, 3×3), needs kernel 3×3 and stride 1×1, dilation 1×1 and 1 group; got kernel 3×3, "
                + "stride 1×1, dilation 2×2 and 1 group; use direct or auto" },
        { "return x.Conv2d(4, 3, algorithm: (ConvAlgorithm)4);", "", "MG0005", "(ConvAlgorithm)4",
            "Conv2d 'conv1': algorithm must be one of auto, direct, winograd2, winograd4, got number 4" },
        { "return x.Dropout(0.0 / 0);", "", "MG0005", "0.0 / 0", "Dropout 'dropout1': p must be a finite number, got NaN" },
        { "return x.Relu(name: \"a\").Tanh(name: \"a\");", "", "MG0006", "\"a\"",
            "Tanh 'a': layer 1, Relu, has this name already; give one of them another name" },
        { "return x.Relu(name: \"a b\");", "", "MG0005", "\"a b\"",
            "Relu: 'a b' cannot be a layer's name; it is letters, digits, underscores and hyphens, in parts joined by points, as in "
                + "'layer1.0.conv1'" },
        { "return x + x.Conv2d(8, 3);", "", "MG0104", "x + x.Conv2d(8, 3)",
            "Add 'add1' needs inputs of one shape, got 8×16×16 and 8×14×14; they may differ where one has size 1, counted from the last "
                + "dimension" },
        { "x.Tanh(); return x.Relu();", "", "MG0004", "Tanh()",
            "Tanh 'tanh1': nothing reads its result; remove the call, or use what it returns" },
        { "return x.MaxPool2d((3, 1));", "", "MG0106", "MaxPool2d((3, 1))",
            "MaxPool2d 'pool1': the last 1 of 16 rows are never read: (16 + 0 - 3) / 3 + 1 = 5.33 is rounded down to 5; a padding or crop "
                + "that makes (16 + padding - 3) a multiple of 3 reads all" },
        { "return A(x, 4);",
            "static Tensor A(Tensor t, int w) => B(t, name: $\"a{w}\"); static Tensor B(Tensor t, string name) => t.Linear(3, name: name);",
            "MG0102", "Linear(3, name: name)",
            "Linear 'a4' needs 1 dimension per sample, got 8×16×16; put Flatten before it — in B(8×16×16, \"a4\"), called by "
                + "A(8×16×16, 4)" },
        { "try { return x.Relu(); } finally { }", "", "MG0201", "try { return x.Relu(); } finally { }",
            "try is not understood in a definition; test for the condition before" },
        { "int[,] a = new int[2, 3]; return x.Relu();", "", "MG0201", "new int[2, 3]",
            "an array of several dimensions is not understood in a definition; use an array of arrays" },
        { "decimal d = x.Channels; return x.Relu();", "", "MG0201", "x.Channels",
            "the conversion of int to decimal is not understood in a definition; convert it by hand, number by number" },
        { "var t = (1, 2); t.Item1 = 3; return x.Relu();", "", "MG0201", "t.Item1",
            "assigning to a part of a tuple is not understood in a definition; make a new tuple" },
        { "return x.Conv2d(Count, 1);", "static int Count = 4;", "MG0201", "Count",
            "the field 'Count' is not understood in a definition; make it const or static readonly" },
        { "return x.Conv2d(DateTime.Now.Day, 1);", "", "MG0201", "DateTime.Now",
            "the property 'DateTime.Now' is not understood in a definition; compute it from constants, parameters and the tensor's shape" },
        { "return x.Conv2d(Environment.GetEnvironmentVariable(\"a\")!.Length, 1);", "", "MG0201",
            "Environment.GetEnvironmentVariable(\"a\")",
            "Environment.GetEnvironmentVariable is not understood in a definition; write a static method of this project that does it" },
        { "foreach (var t in Parts(x)) x = t; return x;", "static IEnumerable<Tensor> Parts(Tensor x) { yield return x.Relu(); }", "MG0201",
            "yield return x.Relu();", "yield is not understood in a definition; add to a List and return it — in Parts(8×16×16)" },
        { "Safety.Check(typeof(int)); return x.Relu();", "} static class Safety { public static void Check(Type t) { }", "MG0201",
            "typeof(int)", "typeof is not understood in a definition; use an enum or a string" },
        { "return x.Conv2d(new Helper().Twice(2), 1);", "class Helper { public int Twice(int n) => 2 * n; }", "MG0201", "new Helper()",
            "new Helper is not understood in a definition; use a tuple, an array, a List or a record of this project" },
        { "return x.Conv2d(new Random(1).Next(5), 1);", "", "MG0201", "new Random(1)",
            "new Random is not understood in a definition; use a tuple, an array, a List or a record of this project" },
        { "int i = 1; while (i > 0) i = i % 7 + 1; return x.Relu();", "", "MG0203", "while (i > 0)",
            "the definition takes more than 1,000,000 steps, this loop has run 90,909 times; does it end?" },
        { "while (true) x = x.Relu();", "", "MG0203", "Relu()",
            "Relu: the network has more than 20000 layers; does a loop or recursion end?" },
        { "return F(x);", "static Tensor F(Tensor t) => F(t);", "MG0203", "F(t)",
            "F is called 64 calls deep; does the recursion end? — in F(8×16×16), called by F(8×16×16), called by F(8×16×16), called by "
                + "F(8×16×16), …" },
        { "string s = \"ab\"; for (int i = 0; i < 40; i++) s += s; return x.Relu(name: s);", "", "MG0203", "s += s",
            "this text has 131072 characters; does a loop end?" },
        { "int[] a = new int[int.MaxValue]; return x.Relu();", "", "MG0203", "new int[int.MaxValue]",
            "the definition takes more than 1,000,000 steps; does a recursion end?" },
        { "int[] a = [1]; return x.Conv2d(a[x.Channels], 1);", "", "MG0204", "a[x.Channels]", "index 8 is outside of 1 items" },
        { "int zero = 0; return x.Conv2d(x.Channels / zero, 1);", "", "MG0204", "x.Channels / zero", "8 is divided by zero" },
        { "int w = checked(x.Channels * int.MaxValue); return x.Conv2d(w, 1);", "", "MG0204", "x.Channels * int.MaxValue",
            "'x.Channels * int.MaxValue' overflows int for 8 and 2147483647" },
        { "return x.Conv2d(x.Features, 1);", "", "MG0204", "x.Features", "Features is for vectors (features); this tensor is 8×16×16" },
        { "int w = x.Channels switch { 1 => 2, 2 => 3 }; return x.Conv2d(w, 1);", "", "MG0204", "x.Channels",
            "no arm of the switch matches 8; add one, or a last arm '_'" },
        { "return Check(x, 3);",
            "static Tensor Check(Tensor x, int w) => w % 2 == 0 ? x.Relu() : throw new ArgumentException($\"width {w} is odd\", nameof(w));", "MG0204", "throw new ArgumentException($\"width {w} is odd\", nameof(w))", "the definition throws ArgumentException: width 3 is odd — in Check(8×16×16, 3)" },
        { "return x.Conv2d(new LayerNamesOf(x).Count, 1);", "class LayerNamesOf(Tensor x) { public int Count => x.Channels; }", "MG0201",
            "new LayerNamesOf(x)",
            "new LayerNamesOf is not understood in a definition; use a tuple, an array, a List or a record of this project" },
        { "Tensor? n = null; return n!.Relu();", "", "MG0204", "n", "this tensor is null" },
        { "var l = new List<int> { 1 }; foreach (int i in l) l.Add(i); return x.Relu();", "", "MG0204", "l",
            "the list is changed while it is enumerated; enumerate a copy: list.ToArray()" },
        { "object o = \"a\"; var l = (List<int>)o; return x.Relu();", "", "MG0204", "(List<int>)o",
            "this string cannot be cast to System.Collections.Generic.List<int>" },
        { "object o = 3; return x.Conv2d((int)(long)o, 1);", "", "MG0204", "(long)o", "a boxed int cannot be cast to long" },
        { "int? n = null; return x.Conv2d((int)n!, 1);", "", "MG0204", "(int)n!", "this is null, which cannot be int" },
        { "object[] a = new string[1]; a[0] = 3; return x.Relu();", "", "MG0204", "a[0]", "an array of string cannot hold this int" },
        { "object a = \"a\" + x.Channels, b = \"a\" + x.Channels; return a == b ? x : x.Relu();", "", "MG0201", "a == b",
            "whether two equal texts are one object is not understood in a definition; compare them as strings" },
        { "return x.Relu(name: $\"{K.A}\");", "enum K { A, B = 0 }", "MG0201", "{K.A}",
            "several members of K are 0, so that .NET does not say which name it is; write the name" },
        { "return x.Conv2d(A.X, 1);",
            "static class A { public static readonly int X = B.Y + 1; } static class B { public static readonly int Y = A.X + 1; }",
            "MG0201", "A.X", "the static members of A and B are initialised by each other, which is not understood in a definition" },
        { "return x.Conv2d(A[0], 1);",
            "static readonly int[] A = [1]; static readonly decimal D = Change(A); static decimal Change(int[] a) => a[0]++;", "MG0201",
            "A", Doubtful },
        { "return x.Relu(name: \"abc\".Normalize());", "", "MG0201", "\"abc\".Normalize()",
            "String.Normalize is not understood in a definition; write a static method of this project that does it" },
        { "return x.Conv2d(string.Compare(\"a\", \"b\"), 1);", "", "MG0201", "string.Compare(\"a\", \"b\")",
            "String.Compare is not understood in a definition; write a static method of this project that does it" },
        { "return x.Relu(name: \"ä\".ToUpperInvariant());", "", "MG0201", "\"ä\".ToUpperInvariant()",
            "what a culture makes of letters beyond ASCII is not understood in a definition; give StringComparison.Ordinal, or write the "
                + "text" },
        { "ICollection<int> c = new int[1]; c.Add(1); return x.Relu();", "", "MG0201", "c.Add(1)",
            "'c.Add(1)' (invocation) is not understood in a definition; write it with locals, loops, conditions and static methods" },
        { "return x.Conv2d(new Wide(3).Width, 1);", "record Stage(int Width); record Wide(int W) : Stage(W * 2);", "MG0201", "new Wide(3)",
            "Wide derives from Stage, which is not understood in a definition; use one record" },
        { "return x.Conv2d(new St(1).GetHashCode(), 1);", "record St(int A);", "MG0201", "new St(1).GetHashCode()",
            "the virtual method 'GetHashCode' is not understood in a definition; use a switch" },
        { "var s = new St(1); return x.Relu(name: $\"{s}\");", "record St(int A);", "MG0201", "{s}",
            "the text of this value is not understood in a definition; write its parts" },
        { "var s = new St(1); s.A = 2; return x.Conv2d(s.A, 1);", "record St(int A) { public int A { get; set; } = A; }", "MG0201", "s.A",
            "the property 'St.A' is not understood in a definition; compute it from constants, parameters and the tensor's shape" },
        { "int.TryParse(\"3\", out int n); return x.Conv2d(n, 1);", "", "MG0201", "out int n",
            "Int32.TryParse is not understood in a definition, since it has results by reference" },
        { "FormattableString f = $\"{x.Channels}\"; return x.Relu();", "", "MG0201", "$\"{x.Channels}\"",
            "interpolation into System.FormattableString is not understood in a definition; make a string" },
        { "return new[] { 1, 2 }.Select(w => x.Conv2d(w, 1)).Append(x).Last().Relu();", "", "MG0201",
            "new[] { 1, 2 }.Select(w => x.Conv2d(w, 1)).Append(x).Last()",
            "for which items Last calls the lambdas before it is not the same in all versions of .NET and not understood in a definition; "
                + "put ToArray() between" },
        {
            "return x.Conv2d(A, 1);", "static readonly int A = 4; static readonly decimal D = decimal.Parse(\"a\");", "MG0201", "A",
            Doubtful
        },
        {
            "return x.Conv2d(A, 1);", "static readonly int A = 4; static readonly Dictionary<int, int> D = new() { { 1, 2 }, { 1, 3 } };",
            "MG0201", "A", Doubtful
        },
        {
            "return x.Conv2d(B.W(), 1);",
            "static class B { static readonly decimal D = decimal.Parse(\"a\"); static B() { } public static int W() => 4; }", "MG0201",
            "B.W()",
            Doubtful.Replace("Net", "B", StringComparison.Ordinal)
        },
        {
            "object[] a = new string[1]; Set(ref a[0]); return x.Relu();", "static void Set(ref object o) => o = 3;", "MG0204", "a[0]",
            "an element of an array of string cannot be passed as object"
        },
        {
            "int[] a = [1]; Set(ref a[1]); return x.Relu();", "static void Set(ref int o) => o = 3;", "MG0204", "a[1]",
            "index 1 is outside of 1 items"
        },
        {
            "Set(ref F); return x.Relu();", "static int F; static void Set(ref int o) => o = 3;", "MG0201", "ref F",
            "only locals, parameters and elements of arrays and spans can be passed by reference in a definition; copy it to a local"
        },
        {
            "int n = 1; Get g = (in int a) => { n = 5; return a; }; return x.Conv2d(g(in n), 1);", "delegate int Get(in int a);", "MG0201",
            "in n",
            "a variable that a delegate is given by reference is not understood in a definition; pass its value"
        },
        {
            "int n = 0; return x.Conv2d(new[] { 1, 2 }.Select(i => n += i).Last(), 1);", "", "MG0201",
            "new[] { 1, 2 }.Select(i => n += i).Last()", Unsettled
        },
        {
            "return x.Conv2d(new[] { 0, 1 }.Select(i => 1 / i).Last(), 1);", "", "MG0201", "new[] { 0, 1 }.Select(i => 1 / i).Last()",
            Unsettled
        },
        { "return x.Relu(name: \"abc\".Substring(5));", "", "MG0204", "\"abc\".Substring(5)",
            "String.Substring throws ArgumentOutOfRangeException for these arguments" },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task IsReportedWhereItIs(string body, string members, string id, string text, string message)
    {
        Report report = await Compile.Run(Defined.Network(body, members));
        Assert.Equal(new Finding(id, text, message), Assert.Single(report.Findings));
    }

    [Theory]
    [InlineData("Tensor Define([Shape(4)] Tensor x) => x.Relu();", "MG0205", "Define",
        "Define must be static, because it runs when the project is built, without an instance; write 'static Tensor Define'")]
    [InlineData("static Tensor Define<T>([Shape(4)] Tensor x) => x.Relu();", "MG0205", "Define",
        "Define is generic, but nothing says what its type arguments are; leave them out")]
    [InlineData("static int Define([Shape(4)] Tensor x) => 1;", "MG0205", "Define",
        "Define returns int; it must return a Tensor, or a tuple of them for several outputs: (Tensor Scores, Tensor Features)")]
    [InlineData("static Tensor Define([Shape(4)] Tensor x, int n) => x.Relu();", "MG0205", "n",
        "the parameter 'n' is not a Tensor; inputs are Tensors with a [Shape], anything else needs a default value")]
    [InlineData("static Tensor Define(Tensor image) => image.Relu();", "MG0002", "image",
        "the input 'image' has no shape; write e.g. [Shape(3, 224, 224)] Tensor image for channels, height and width, or [Shape(784)] for "
            + "features")]
    [InlineData("static Tensor Define() => null!;", "MG0002", "Define",
        "Define has no input; give it a parameter, e.g. [Shape(3, 224, 224)] Tensor image")]
    [InlineData("static Tensor Define([Shape(4, 4, 1, 1, 1, 1)] Tensor x) => x.Relu();", "MG0005",
        "Shape(4, 4, 1, 1, 1, 1)",
        "Shape takes 1 to 5 sizes without the batch, such as 3 (channels, height, width) or 1 (features); got 6 (4, 4, 1, 1, 1, 1)")]
    [InlineData("static Tensor Define([Shape(4, 0, 4)] Tensor x) => x.Relu();", "MG0005", "Shape(4, 0, 4)",
        "Shape: every size must be at least 1, got 0")]
    [InlineData("static Tensor Define([Shape(4)] Tensor x) => x;", "MG0009", "Define",
        "Net has no layers; call some on the parameter, e.g. x.Flatten().Linear(10)")]
    [InlineData("static (Tensor A, Tensor B) Define([Shape(4)] Tensor x) => (x, x.Relu());", "MG0205", "Define",
        "Define returns its own parameter as 'A'; return the result of a layer")]
    [InlineData("static Tensor Define([Shape(4)] Tensor x) => x.Relu(); static Tensor Define([Shape(5)] Tensor x, int n = 1) => x.Relu();",
        "MG0205", "Define", "Net has 2 methods Define, so that it is open which one is the network; rename the others")]
    [InlineData("static Tensor Define([Shape(4)] Tensor x, [Shape(4)] Tensor y) => x.Relu();", "MG0004", "y",
        "input 'y': no layer reads it; remove it, or let a layer read it")]
    [InlineData("static (Tensor scores, Tensor Scores) Define([Shape(4)] Tensor x) => (x.Relu(), x.Tanh());", "MG0308", "Scores",
        "'Scores' would be the argument Scores and the constant ScoresLength, of which one is taken already; choose another name")]
    [InlineData("static Tensor Define([Shape(4)] Tensor leftImage, [Shape(4)] Tensor left_image) => leftImage + left_image;", "MG0308",
        "left_image",
        "'left_image' would be the argument left_image and the constant LeftImageLength, of which one is taken already; choose another "
            + "name")]
    [InlineData("static (Tensor a, Tensor input) Define([Shape(4)] Tensor x) => (x.Relu(), x.Tanh());", "MG0308", "input",
        "'input' would be the argument input and the constant InputLength, of which one is taken already; choose another name")]
    [InlineData("static Tensor Define([Shape(4)] Tensor output) => output.Relu();", "MG0308", "Define",
        "'output' would be the argument output and the constant OutputLength, of which one is taken already; choose another name")]
    [InlineData("static Tensor Define([Shape(4)] Tensor labels) => labels.Relu();", "MG0308", "labels",
        "'labels' would be the argument labels and the constant InputLength, of which one is taken already; choose another name")]
    [InlineData("static Tensor Define([Shape(4)] Tensor InputLength) => InputLength.Relu();", "MG0308", "InputLength",
        "'InputLength' would be the argument InputLength and the constant InputLength, of which one is taken already; choose another name")]
    public async Task SignatureOfDefine(string member, string id, string text, string message)
    {
        Report report = await Compile.Run($"using ModelGen; [Network] partial class Net {{ {member} }}");
        Assert.Equal(new Finding(id, text, message), Assert.Single(report.Findings));
    }

    [Fact]
    public async Task BothForms() => Assert.Equal(
        new Finding("MG0206", "Relu",
            "Net has layers as attributes and a method Define; write the network in one of the two ways, with Define the input's shape is "
                + "[Shape] on its parameter"),
        Assert.Single((await Compile.Run(
            "using ModelGen; [Network, Input(4), Relu] partial class Net { static Tensor Define([Shape(4)] Tensor x) => x.Relu(); }"))
                .Findings));

    [Fact]
    public async Task AnUnrelatedDefineIsTheUsersOwn() =>
        Assert.Empty((await Compile.Run("using ModelGen; [Network, Input(4), Relu] partial class Net { static int Define(int x) => x; }"))
            .Findings);

    [Fact]
    public async Task TrainableWithoutScores() => Assert.Equal(
        new Finding("MG0110", "Trainable(Loss = Loss.Hinge)",
            "Trainable: the loss Hinge needs 1 dimension of class scores per sample, got 4×2×2; end with Flatten and Linear"),
        Assert.Single((await Compile.Run(
            "using ModelGen; [Network, Trainable(Loss = Loss.Hinge)] partial class Net { "
                + "static Tensor Define([Shape(4, 2, 2)] Tensor x) => x.Relu(); }"))
                .Findings));

    [Theory]
    [InlineData("return x.Convd(4);")]
    [InlineData("return x.Conv2d();")]
    [InlineData("int n = \"a\"; return x.Relu();")]
    [InlineData("Tensor y; return y;")]
    [InlineData("return undefined;")]
    [InlineData("x.Relu();")]
    [InlineData("for (;; return x")]
    public Task WhatTheCompilerRefusesItReportsAlone(string body) => ExpectCompilerErrorsAlone(Defined.Network(body));

    [Theory]
    [InlineData("static Tensr Define([Shape(4)] Tensor x) => x.Relu();")]
    [InlineData("static Tensor Define([Shape(4)] Tensr x) => x.Relu();")]
    [InlineData("static Tensor Define([Shape(\"a\")] Tensor x) => x.Relu();")]
    [InlineData("static Tensor Define([Shape(Missing)] Tensor x) => x.Relu();")]
    public Task SoItIsWithTheSignature(string member) =>
        ExpectCompilerErrorsAlone($"using ModelGen; [Network] partial class Net {{ {member} }}");

    private static async Task ExpectCompilerErrorsAlone(string source)
    {
        Report report = await Compile.Run(source);
        Assert.NotEmpty(report.Findings);
        Assert.Contains(report.Findings, f => f.Id.StartsWith("CS", StringComparison.Ordinal));
        // Of names that a generator might declare we repeat what the compiler says; of nothing else do we say anything.
        Assert.All(report.Findings.Where(f => !f.Id.StartsWith("CS", StringComparison.Ordinal)), ours =>
        {
            Assert.Equal("MG0012", ours.Id);
            Assert.Contains(report.Findings, f =>
                ours.Message.StartsWith($"the C# compiler says {f.Id}: {f.Message}; ", StringComparison.Ordinal) && ours.Text == f.Text);
        });
    }
}
