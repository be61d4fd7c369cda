const here = 'https://parley.invalid'

/** Where to go after signing in: a path of this site, or home. Anything else could send people to another site. */
export function nextPath(search: string): string {
  const next = new URLSearchParams(search).get('next')
  const url = next === null || !next.startsWith('/') ? null : URL.parse(next, here)
  return url === null || url.origin !== here ? '/' : url.pathname + url.search
}

/** A path with the way back in it. */
export function withNext(path: string, next: string): string {
  return next === '/' ? path : `${path}?next=${encodeURIComponent(next)}`
}
