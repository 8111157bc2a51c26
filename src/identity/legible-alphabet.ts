/** The 32 digits and letters that are hard to mix up, for codes that people read, compare and type. Never to be changed: tripcodes are written in it. */
export const legibleAlphabet = '0123456789abcdefghjkmnpqrstvwxyz';
