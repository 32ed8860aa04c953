// C# 12
using System;
using System.Collections.Generic;
using System.Linq;

static class P
{
public static T Tr<T>(List<object?> r, T v) { r.Add(v); return v; }
static readonly string A = B;
static readonly string B = "";
public static List<object?> Run()
{
var r = new List<object?>();
r.Add(A.ToUpperInvariant().Length);
return r;
}
}
