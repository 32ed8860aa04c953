// C# 14
using System;
using System.Collections.Generic;
using System.Linq;
sealed record R(int A) { public int A { get; init => field = A % value; } = A; }
static class P
{
public static T Tr<T>(List<object?> r, T v) { r.Add(v); return v; }

public static List<object?> Run()
{
var r = new List<object?>();
var v = new R(1); var w = v with { A = 0 };
return r;
}
}
