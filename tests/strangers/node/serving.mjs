// A small HTTP server on a free port of 127.0.0.1, told what to do by lines of JSON on standard input.
import { createServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { createInterface } from 'node:readline'
import { say } from './peers.mjs'

export const json = (value, status = 200) => ({ status, type: 'application/json; charset=utf-8', body: JSON.stringify(value) })

/** `handle` answers requests, `commands` lines; the first line are the settings, given to `start` with the origin. */
export function serve({ start, handle, commands }) {
  const answerAll = async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    let answer
    try {
      answer = (await handle(request, body)) ?? json({ error: 'not_found' }, 404)
    } catch (error) {
      const told = error.errorResponse ?? { error: 'server_error', error_description: String(error) }
      answer = json(told, error.status ?? (error.errorResponse ? 400 : 500))
    }
    response.writeHead(answer.status, { ...(answer.type && { 'Content-Type': answer.type }), 'Cache-Control': 'no-store' })
    response.end(answer.body)
  }
  let server
  const lines = createInterface({ input: process.stdin })
  lines.on('line', async (line) => {
    const command = JSON.parse(line)
    try {
      if (server === undefined) {
        server = command.tls ? createTlsServer(command.tls, answerAll) : createServer(answerAll)
        await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
        say(await start(command, server.address().port))
      } else {
        say(await commands[command.do](command))
      }
    } catch (error) {
      say({ failure: String(error), stack: error.stack })
    }
  })
  lines.on('close', () => {
    server?.close()
    server?.closeAllConnections()
  })
}

/** What the packages want to know of a request. */
export const like = (request, origin) => ({
  method: request.method,
  url: `${origin}${request.url}`,
  headers: new Headers(Object.entries(request.headers).map(([name, value]) => [name, String(value)])),
})
