/** The line that says who is writing; three names at most, empty when nobody is. */
export declare function typists(names: readonly string[]): string
