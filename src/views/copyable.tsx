import type { JSX } from 'preact';

/** A text to be taken elsewhere: one click selects all of it, and however long it is, all of it can be seen. */
export function Copyable({ label, text }: { readonly label: string; readonly text: string }): JSX.Element {
  return (
    <p class="setting">
      <span>{label}</span>
      <code class="copyable">{text}</code>
    </p>
  );
}
