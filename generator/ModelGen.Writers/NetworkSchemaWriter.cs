using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Language;
using ModelGen.Generator.Language.Definition;
using ModelGen.Generator.Language.Json;
using ModelGen.Generator.Model;
using ModelGen.Generator.Ops;

namespace ModelGen.Writers;

/// <summary>
/// Writes src/ModelGen/network.schema.json: the format of network files, with one definition for each operator that is a layer.
/// </summary>
internal static class NetworkSchemaWriter
{
    private static readonly JsonSerializerOptions Options =
        new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write()
    {
        var definitions = new JsonObject
        {
            ["integer"] = AnyOf(new JsonObject { ["type"] = "integer" }, Ref("expression")),
            ["argument"] = AnyOf(new JsonObject { ["type"] = "integer" }, new JsonObject { ["type"] = "boolean" }, Ref("expression")),
            ["expression"] = new JsonObject
            {
                ["type"] = "string",
                ["minLength"] = 1,
                ["maxLength"] = JsonExpression.LongestText,
                ["description"] =
                    "Arithmetic on integers, parameters and indices: + - * / % (division towards zero), comparisons, !, &&, ||, ?: and "
                        + "parentheses.",
            },
            ["identifier"] = new JsonObject { ["type"] = "string", ["pattern"] = "^[A-Za-z_][A-Za-z0-9_]*$",
                ["maxLength"] = JsonNames.LongestIdentifier },
            ["layerName"] = new JsonObject
            {
                ["type"] = "string",
                ["pattern"] = @"^([A-Za-z0-9_.-]|\$\{[^}]*\})+$",
                ["description"] =
                    "Name of the layer, with which the names of its parameters begin. Inside a block the block's name and a point are put "
                        + "before it. ${expression} is replaced by its value.",
            },
            ["sources"] = AnyOf(
                new JsonObject { ["type"] = "string", ["minLength"] = 1 },
                new JsonObject { ["type"] = "array", ["minItems"] = 1,
                    ["items"] = new JsonObject { ["type"] = "string", ["minLength"] = 1 } }),
            ["arguments"] = new JsonObject { ["type"] = "object", ["propertyNames"] = Ref("identifier"),
                ["additionalProperties"] = Ref("argument") },
            ["layers"] = new JsonObject { ["type"] = "array", ["items"] = Ref("layer") },
        };
        definitions["layer"] = AnyOf([.. OperatorTable.Layers.Select(o => Ref(o.Name)), Ref("blockCall"), Ref("repeat"), Ref("choice")]);
        foreach (Operator op in OperatorTable.Layers)
            definitions[op.Name] = Layer(op);
        definitions["blockCall"] = BlockCall();
        definitions["repeat"] = Object(
            "The layers, so many times over.", ["repeat", "layers"],
            ("repeat", AnyOf(new JsonObject { ["type"] = "integer", ["minimum"] = 0 }, Ref("expression")), "How many times."),
            ("index", Ref("identifier"), "Name of the round's number, from 0, in expressions inside."),
            ("layers", Ref("layers"), "What is repeated; each layer reads the one before it, also across rounds."));
        definitions["choice"] = Object(
            "One of two lists of layers.", ["if", "layers"],
            ("if", Ref("argument"), "The condition; 0 and false are no."),
            ("layers", Ref("layers"), "The layers if it holds."),
            ("else", Ref("layers"), "The layers if it does not; none unless given."));
        definitions["block"] = Object(
            "Layers under one name, with parameters.", ["layers"],
            ("description", Text(), "For the reader."),
            ("parameters", new JsonObject
            {
                ["type"] = "object",
                ["propertyNames"] = Ref("identifier"),
                ["additionalProperties"] = AnyOf(Ref("argument"), new JsonObject { ["type"] = "null" }),
            }, "Names with defaults; null where a call must give a value."),
            ("inputs", new JsonObject { ["type"] = "array", ["minItems"] = 1, ["uniqueItems"] = true, ["items"] = Text() },
                "What layers inside call the block's inputs; one, named input, unless given."),
            ("layers", Ref("layers"), "The layers; the block's result is that of the last."));
        JsonObject root = Object("A convolutional network that ModelGen compiles to C#.", ["name", "inputs", "layers"],
        [
            ("$schema", Text(), "Where this schema is, for editors."),
            ("description", Text(), "For the reader."),
            ("name", Ref("identifier"), "Name of the class."),
            ("namespace", new JsonObject { ["type"] = "string", ["pattern"] = @"^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$",
                ["maxLength"] = JsonNames.LongestIdentifier },
                "Namespace of the class; the project's root namespace unless given."),
            ("accessibility", new JsonObject { ["enum"] = new JsonArray("public", "internal") },
                "Who sees the class; public unless given."),
            ("inputs", new JsonObject
            {
                ["type"] = "object",
                ["minProperties"] = 1,
                ["propertyNames"] = Ref("identifier"),
                ["additionalProperties"] = Sizes(1, Require.MostDimensions),
            }, "Names with sizes, without the batch: [channels, height, width], [features], or one to five of any tensor."),
            ("parameters", Ref("arguments"), "Integers that expressions use; each may use those before it."),
            ("blocks", new JsonObject { ["type"] = "object", ["additionalProperties"] = Ref("block") },
                "Lists of layers that are used more than once."),
            ("layers", Ref("layers"), "The network; each layer reads the one before it unless it says otherwise."),
            ("outputs", new JsonObject
            {
                ["type"] = "object",
                ["minProperties"] = 1,
                ["propertyNames"] = Ref("identifier"),
                ["additionalProperties"] = new JsonObject { ["type"] = "string", ["minLength"] = 1 },
            }, "Names with the layers whose results they are; { \"output\": the last layer } unless given."),
            .. NetworkOption.All.Select(Member),
            ("trainable", Object("Asks for a Trainer.", [], [.. TrainableOption.All.Select(Member)]),
                "Asks for a Trainer: forward, loss, backward and update as one plan."),
        ]);
        var schema = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = "ModelGen network",
            ["$comment"] = "Written from the operators' descriptions by generator/ModelGen.Writers; edit those, not this.",
        };
        foreach ((string key, JsonNode? value) in root.ToArray())
        {
            root.Remove(key);
            schema[key] = value;
        }
        schema["properties"]!["layers"]!["minItems"] = 1;
        schema["$defs"] = definitions;
        return schema.ToJsonString(Options) + "\n";
    }

    private static JsonObject Layer(Operator op)
    {
        LayerDescription layer = op.Layer!;
        var sources = layer.MaxInputs == 1
            ? AnyOf(new JsonObject { ["type"] = "string", ["minLength"] = 1 }, Strings(1, 1))
            : layer.MinInputs == 1 ? AnyOf(new JsonObject { ["type"] = "string", ["minLength"] = 1 }, Strings(1, layer.MaxInputs))
            : Strings(layer.MinInputs, layer.MaxInputs);
        string from = layer.MinInputs > 1 ? "The layers that are read, the layer before too."
            : "The earlier layer that is read, unless it is the layer before.";
        var members = new List<(string, JsonObject, string)>
        {
            ("op", new JsonObject { ["const"] = op.Name }, $"{layer.Documentation} Shapes: {layer.ShapeRule} Source: {layer.Source}."),
            ("name", Ref("layerName"), $"Name of the layer; {layer.DefaultName}1, {layer.DefaultName}2, … unless given."),
            ("from", sources, $"{from} input is the input of the network or block."),
        };
        members.AddRange(op.Attributes.Select(spec => (spec.Name, Attribute(spec), spec.Documentation)));
        IEnumerable<string> required = op.Attributes.Where(LayerSyntax.IsRequired).Select(a => a.Name);
        return Object(layer.Documentation, ["op", .. layer.MinInputs > 1 ? new[] { "from" } : [], .. required], [.. members]);
    }

    private static JsonObject Attribute(AttributeSpec spec)
    {
        var integer = new JsonObject { ["type"] = "integer" };
        if (spec.Minimum != int.MinValue)
            integer["minimum"] = spec.Minimum;
        JsonObject one = AnyOf(integer, Ref("expression"));
        JsonObject schema = spec.Kind switch
        {
            AttributeKind.Int => one,
            AttributeKind.Ints => AnyOf(integer.DeepClone(), Ref("expression"),
                new JsonObject { ["type"] = "array", ["items"] = one.DeepClone() }),
            AttributeKind.Pair => AnyOf(integer.DeepClone(), Ref("expression"), Array(one, 2)),
            AttributeKind.Border => AnyOf(integer.DeepClone(), Ref("expression"), Array(one, 2), Array((JsonObject)one.DeepClone(), 4)),
            AttributeKind.Float => AnyOf(new JsonObject { ["type"] = "number" }, Ref("expression")),
            AttributeKind.Bool => AnyOf(new JsonObject { ["type"] = "boolean" }, Ref("expression")),
            _ => new JsonObject { ["enum"] = new JsonArray([.. spec.Words.Select(w => (JsonNode)w)]) },
        };
        if (spec.Default is AttributeValue value)
            schema["default"] = Default(spec, value);
        return schema;
    }

    private static JsonNode Default(AttributeSpec spec, AttributeValue value) => spec.Kind switch
    {
        AttributeKind.Float => JsonNode.Parse(value.Number.ToString("R", CultureInfo.InvariantCulture))!,
        AttributeKind.Bool => value.Int != 0,
        AttributeKind.Word => value.Word,
        AttributeKind.Ints => new JsonArray([.. value.Ints.Select(i => (JsonNode)i)]),
        _ => value.Ints[0],
    };

    // The other keys are the block's parameters, which only the file knows.
    private static JsonObject BlockCall()
    {
        JsonObject call = Object(
            "The layers of a block, with values for its parameters.", ["block"],
            ("block", Text(), "Name of a block in 'blocks'."),
            ("name", Ref("layerName"),
                "Put, with a point, before the names of the layers inside; the block's result can be read under it."),
            ("from", Ref("sources"), "The earlier layers that are the block's inputs; the layer before unless given."));
        foreach (string other in new[] { "op", "repeat", "if" })
            call["properties"]![other] = false;
        call["additionalProperties"] = Ref("argument");
        return call;
    }

    private static JsonObject Object(string description, IEnumerable<string> required,
        params (string Name, JsonObject Schema, string Description)[] members)
    {
        var properties = new JsonObject();
        foreach ((string name, JsonObject schema, string about) in members)
        {
            schema["description"] = about;
            properties[name] = schema;
        }
        return new JsonObject
        {
            ["description"] = description,
            ["type"] = "object",
            ["properties"] = properties,
            ["required"] = new JsonArray([.. required.Select(r => (JsonNode)r)]),
            ["additionalProperties"] = false,
        };
    }

    private static JsonObject Sizes(int fewest, int most)
    {
        JsonObject sizes = Array(new JsonObject { ["type"] = "integer", ["minimum"] = 1 }, fewest);
        sizes["maxItems"] = most;
        return sizes;
    }

    private static JsonObject Array(JsonObject items, int count) =>
        new() { ["type"] = "array", ["items"] = items.DeepClone(), ["minItems"] = count, ["maxItems"] = count };

    private static JsonObject Strings(int fewest, int most) =>
        new() { ["type"] = "array", ["items"] = new JsonObject { ["type"] = "string", ["minLength"] = 1 }, ["minItems"] = fewest,
            ["maxItems"] = most };

    private static (string Name, JsonObject Schema, string Description) Member(Option option)
    {
        JsonObject schema = option switch
        {
            FlagOption => new JsonObject { ["type"] = "boolean" },
            IntegerOption integer when integer.Most == int.MaxValue =>
                AnyOf(new JsonObject { ["type"] = "integer", ["minimum"] = integer.Least, ["default"] = integer.Default!.Value.Int },
                    Ref("expression")),
            IntegerOption integer => new JsonObject
            {
                ["enum"] = new JsonArray([.. Enumerable.Range(integer.Least, integer.Most - integer.Least + 1).Select(i => (JsonNode)i)]),
            },
            NumberOption number => Number(number.Range),
            OptionalNumberOption number => Number(number.Range),
            WordOption words => new JsonObject { ["enum"] = new JsonArray([.. words.Words.Select(w => (JsonNode)w)]) },
            _ => Text(),
        };
        if (option.Default is AttributeValue value && option is not (TextOption or IntegerOption { Most: int.MaxValue }))
            schema["default"] = option is FlagOption ? value.Int != 0 : value.IsWord ? value.Word
                : JsonNode.Parse(AttributeText.Number(value));
        string of = option.OfLoss is string loss ? $"Of {loss}: " : "";
        return (option.Key, schema, of + option.Documentation);
    }

    private static JsonObject Number(NumberRange range)
    {
        var schema = new JsonObject { ["type"] = "number" };
        if (range.AtLeast is double least)
            schema["minimum"] = JsonNode.Parse(AttributeText.Number(least));
        if (range.Above is double above)
            schema["exclusiveMinimum"] = JsonNode.Parse(AttributeText.Number(above));
        if (range.Below is double below)
            schema["exclusiveMaximum"] = JsonNode.Parse(AttributeText.Number(below));
        return schema;
    }

    private static JsonObject Text() => new() { ["type"] = "string" };

    private static JsonObject Ref(string definition) => new() { ["$ref"] = "#/$defs/" + definition };

    private static JsonObject AnyOf(params JsonNode[] schemas) =>
        new() { ["anyOf"] = new JsonArray([.. schemas.Select(s => s.DeepClone())]) };
}
