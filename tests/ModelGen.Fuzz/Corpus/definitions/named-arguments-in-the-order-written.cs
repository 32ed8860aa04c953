// C# 12
using System;
using System.Collections.Generic;
using System.Linq;

static class P
{
public static T Tr<T>(List<object?> r, T v) { r.Add(v); return v; }
static int M(int a, int b) => a * 100 + b;
public static List<object?> Run()
{
var r = new List<object?>();
int i = 1; r.Add(Math.Max(val2: i++, val1: i * 10)); r.Add(M(b: Tr(r, i), a: Tr(r, i + 1)));
return r;
}
}
