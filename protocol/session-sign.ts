/** The cookie that says to the page's scripts that there is a session here, and nothing of it: whoever has none need not ask. */
export const sessionSign = 'parley_here'
