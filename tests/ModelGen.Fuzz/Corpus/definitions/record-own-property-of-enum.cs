// C# 12
using System;
using System.Collections.Generic;
using System.Linq;
enum E { A, B, C }
sealed record R(E A, long B) { public E A { get; init; } = A - 1; }
static class P
{
public static T Tr<T>(List<object?> r, T v) { r.Add(v); return v; }

public static List<object?> Run()
{
var r = new List<object?>();
E a = (E)1; var v = new R(a + 1, 1L); r.Add(v.A);
return r;
}
}
