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
bool? n = null; r.Add(true | n); r.Add(n & false); r.Add(n | n); r.Add(false | n); r.Add(n ^ true); r.Add(!n);
return r;
}
}
