return Consumers.Check.Run();
