/**
 * Answers requests with the same body one after the other. Lite looks at a refresh token and then spends it, in two steps;
 * of three tabs that refresh at once, two would spend it, and for the third Lite ends the session as stolen. Hosted Auth
 * holds the token's row.
 */
export function inTurn(answer: (request: Request) => Promise<Response>): (request: Request) => Promise<Response> {
  const last = new Map<string, Promise<unknown>>()
  return async (request) => {
    const body = await request.clone().text()
    const answered = (last.get(body) ?? Promise.resolve()).then(() => answer(request))
    const done = answered.then(
      () => undefined,
      () => undefined,
    )
    last.set(body, done)
    void done.then(() => last.get(body) === done && last.delete(body))
    return await answered
  }
}
