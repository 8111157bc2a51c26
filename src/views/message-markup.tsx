import type { JSX } from 'preact';
import type { Emote, Emotes } from '../chat/emote.ts';
import { type MarkupToken, peopleByFold, tokenise } from '../chat/markup.ts';
import { mentionClass } from '../chat/mention-mark.ts';

/** The text of a message as markup. `base` stands before relative addresses. */
export function messageMarkup(
  text: string,
  { mentions, emotes, base }: { mentions: readonly string[]; emotes: Emotes; base: string },
): JSX.Element[] {
  const names = { people: peopleByFold(mentions), hasEmote: (code: string) => emotes.has(code) };
  return tokenise(text, names).map((token) => <Token token={token} emotes={emotes} base={base} />);
}

// Threat: T10
function Token({ token, emotes, base }: { token: MarkupToken; emotes: Emotes; base: string }): JSX.Element {
  switch (token.kind) {
    case 'text':
      return <>{token.source}</>;
    case 'break':
      return <br />;
    case 'address':
      return <span class="address">{token.source}</span>;
    case 'mention':
      // With a direction of its own: the row has that of what is said to them, not that of their name.
      return (
        <b class={`at ${mentionClass(token.name)}`} dir="auto">
          {token.source}
        </b>
      );
    case 'emote': {
      const emote = emotes.get(token.code);
      return emote === undefined ? <>{token.source}</> : <EmoteImage emote={emote} base={base} />;
    }
  }
}

/** The picture of an emote; where pictures are not shown, its code. */
export function EmoteImage({ emote, base }: { readonly emote: Emote; readonly base: string }): JSX.Element {
  const code = `:${emote.code}:`;
  return (
    <img
      class="emote"
      src={`${base}emotes/${emote.file}`}
      alt={code}
      title={code}
      width={emote.width}
      height={emote.height}
    />
  );
}
