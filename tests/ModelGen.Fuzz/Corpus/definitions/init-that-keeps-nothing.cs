// C# 14
using System;
using System.Collections.Generic;
using System.Linq;
record R(char A, string B) { public char A { get; init => char.ToLowerInvariant('a'); } = A; }
static class P
{
public static T Tr<T>(List<object?> r, T v) { r.Add(v); return v; }

public static List<object?> Run()
{
var r = new List<object?>();
var v = new R('x', "") with { A = 'a' }; r.Add(v.A);
return r;
}
}
