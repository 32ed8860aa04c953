// C# 12
using System;
using System.Collections.Generic;
using System.Linq;
record R(int A, int B) { public void Deconstruct(out int a, out int b) { a = B; b = A; } }
static class P
{
public static T Tr<T>(List<object?> r, T v) { r.Add(v); return v; }

public static List<object?> Run()
{
var r = new List<object?>();
var (a, b) = new R(1, 2); r.Add(a); r.Add(b); r.Add(new R(1, 2) is (2, 1));
return r;
}
}
