/** Where the reader left each room that was not read to its end, by the key of the first row in view. */
export const places = new Map<string, string>()
