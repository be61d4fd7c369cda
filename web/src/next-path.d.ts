/** Where to go after signing in: a path of this site, or home. Anything else could send people to another site. */
export declare function nextPath(search: string): string
/** A path with the way back in it. */
export declare function withNext(path: string, next: string): string
