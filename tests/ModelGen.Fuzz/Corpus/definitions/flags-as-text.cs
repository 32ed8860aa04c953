// C# 12
using System;
using System.Collections.Generic;
using System.Linq;
[Flags] enum E { None = 0, A = 1, B = 2, C = 4 }
static class P
{
public static T Tr<T>(List<object?> r, T v) { r.Add(v); return v; }

public static List<object?> Run()
{
var r = new List<object?>();
r.Add(((E)3).ToString()); r.Add($"{E.A | E.C}"); r.Add($"{(E)8}"); r.Add("" + (E)6);
return r;
}
}
