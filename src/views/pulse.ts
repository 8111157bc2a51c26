/**
 * A sign of life in an open document: starts the animation anew that shows its notice of loss when there has been none for a while. Its name is
 * used once only: while a page lies in the background, many signs come between two looks of the browser at the styles, and it must see the
 * difference whichever it saw last.
 */
export function renderPulse(number: number): string {
  const name = `lost-${Math.trunc(number)}`;
  return `<style>@keyframes ${name}{to{visibility:visible}}.lost{animation-name:${name}}</style>`;
}
