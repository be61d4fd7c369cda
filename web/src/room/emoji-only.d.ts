/** Whether a text is nothing but one to six emoji: such a message is shown large. */
export declare function emojiOnly(text: string): boolean
