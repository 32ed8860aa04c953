// C# 12
using System;
using System.Collections.Generic;
using System.Linq;
enum E { B = 1, C = 2 }
static class P
{
public static T Tr<T>(List<object?> r, T v) { r.Add(v); return v; }
static readonly E A = E.B;
public static List<object?> Run()
{
var r = new List<object?>();
r.Add(A & A); r.Add(A | E.C); r.Add(~A & E.C);
return r;
}
}
