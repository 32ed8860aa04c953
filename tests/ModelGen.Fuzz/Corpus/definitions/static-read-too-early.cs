// C# 12
using System;
using System.Collections.Generic;
using System.Linq;

static class P
{
public static T Tr<T>(List<object?> r, T v) { r.Add(v); return v; }
static readonly int A = D;
static readonly uint B = F;
static readonly int D = 1;
static readonly uint F = 0x80000000u;
static char C { get; } = G;
static readonly char G = 'a';
public static List<object?> Run()
{
var r = new List<object?>();
r.Add(A - 1); r.Add(B); r.Add(C);
return r;
}
}
