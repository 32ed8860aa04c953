// C# 12
using System;
using System.Collections.Generic;
using System.Linq;

static class P
{
public static T Tr<T>(List<object?> r, T v) { r.Add(v); return v; }

public static List<object?> Run()
{
var r = new List<object?>();
var z = Enumerable.Repeat(3, 2).ToArray().Select(x => Tr(r, x)); r.Add(z.Count()); r.Add(z.Sum(x => x % 10));
return r;
}
}
