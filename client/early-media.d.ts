interface Window {
  /** What the script in the head of the page has asked for (`views/early-media.ts`). */
  earlyMedia?: Promise<Response>;
}
