// C# 12
using System;
using System.Collections.Generic;
using System.Linq;

static class P
{
public static T Tr<T>(List<object?> r, T v) { r.Add(v); return v; }

public static List<object?> Run()
{
var r = new List<object?>();
Span<int> t = new[] { 1, 2, 3 }; var s = t[1..]; s[0] = 8; r.Add(t[1]);
return r;
}
}
