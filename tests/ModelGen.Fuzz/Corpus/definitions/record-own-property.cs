// C# 12
using System;
using System.Collections.Generic;
using System.Linq;
readonly record struct R(int A, string B) { public int A { get; init; } = 1; }
static class P
{
public static T Tr<T>(List<object?> r, T v) { r.Add(v); return v; }

public static List<object?> Run()
{
var r = new List<object?>();
var v = new R(0, ""); r.Add(v.A); r.Add((v with { B = "b" }).A);
return r;
}
}
