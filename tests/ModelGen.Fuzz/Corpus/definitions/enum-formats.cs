// C# 12
using System;
using System.Collections.Generic;
using System.Linq;
enum E : byte { C = 2 }
static class P
{
public static T Tr<T>(List<object?> r, T v) { r.Add(v); return v; }

public static List<object?> Run()
{
var r = new List<object?>();
r.Add($"{E.C:d}"); r.Add($"{E.C:D}"); r.Add($"{E.C:X}"); r.Add(E.C.ToString("G"));
return r;
}
}
