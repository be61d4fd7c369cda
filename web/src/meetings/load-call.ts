let asked: ReturnType<typeof load> | null = null

/** Fetches what sound and picture need, which is most of a meeting's weight. What failed is asked for again. */
export function loadCall(): ReturnType<typeof load> {
  asked ??= load().catch((error: unknown) => {
    asked = null
    throw error
  })
  return asked
}

async function load() {
  const { Call } = await import('./call/call.tsx')
  return { default: Call }
}
