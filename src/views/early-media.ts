import { createHash } from 'node:crypto';

/**
 * Script for the head of the watch page: asks for the stream at once, while the page's own script is still on its way, which through Tor saves a
 * round trip before the first picture. What it asks for stands in `data-url` of its element; the player takes over `earlyMedia`.
 * Holds no character that HTML would escape, and is the same on every page, so that the content security policy can name it by its hash.
 */
export const earlyMediaScript =
  "(earlyMedia=fetch(document.currentScript.dataset.url,{cache:'no-store'})).catch(function(){})";

/** The source expression that allows this very script and no other inline one (CSP Level 3, 2.3.1). */
export const earlyMediaSource = `'sha256-${createHash('sha256').update(earlyMediaScript).digest('base64')}'`;
