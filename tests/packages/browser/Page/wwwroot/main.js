import { dotnet } from './_framework/dotnet.js'

try {
    await dotnet.withApplicationArguments(location.origin).run()
} catch (fault) {
    await fetch('report', { method: 'POST', body: `${fault}\n${fault.stack}` })
}
