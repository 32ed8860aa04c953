// C# 14
using System;
using System.Collections.Generic;
using System.Linq;
record R(long A) { public long A { get; init => field = value * 2; } = A; }
static class P
{
public static T Tr<T>(List<object?> r, T v) { r.Add(v); return v; }

public static List<object?> Run()
{
var r = new List<object?>();
var v = new R(3) with { A = 4 }; r.Add(v.A); r.Add(new R(1) { A = 2 }.A);
return r;
}
}
